/** What the files of a new context are made from. */
export type ContextNames = {
  /** The context, as its folder is named: `shipping`. */
  readonly context: string;
  /** What it stores, in lower case: `shipment`. */
  readonly entity: string;
  /** The event that it consumes: `OrderConfirmed.v1`, of the context `orders`. */
  readonly event: { readonly type: string; readonly context: string; readonly sampleData: unknown };
};

const capitalize = (word: string) => `${word[0]?.toUpperCase()}${word.slice(1)}`;

/** Every file of the new context, by its path from the project's root. */
export const contextFiles = ({ context, entity, event }: ContextNames): Readonly<Record<string, string>> => {
  const Entity = capitalize(entity);
  const eventName = event.type.replace(/\.v\d+$/, '');
  const folder = `functions/${context}`;
  return {
    [`${folder}/README.md`]: `# ${capitalize(context)}

Owns the ${entity}s: one for each \`${event.type}\`. It is not core: while it is down, events wait in its queue and orders continue.

- **Guarantee:** each event creates its ${entity} once, however often it arrives. Readers may be behind by moments.
- **Items:** a ${entity} ([keys.ts](table/keys.ts)).
`,
    [`${folder}/errors.ts`]: `import type { Problems } from '#platform/http/problems';

export const problems = {
  ${entity}_not_found: {
    status: 404,
    title: 'There is no such ${entity}.',
    detail: 'Check the id. A ${entity} exists moments after its ${event.type}.',
  },
} as const satisfies Problems;
`,
    [`${folder}/routes.ts`]: `import * as z from 'zod/mini';
import type { RouteGroup } from '#platform/http/route';
import { ID_FORM, InstantSchema, StringSchema, textOf } from '#platform/schemas';
import { problems } from '#${context}/errors';

/** A ${entity} as its tenant sees it. Fields may be added. */
export const ${Entity}Response = () => z.object({ id: StringSchema, createdAt: InstantSchema });
export type ${Entity}Response = z.input<ReturnType<typeof ${Entity}Response>>;

const { ${entity}_not_found } = problems;

export const readRoutes = {
  get${Entity}: {
    method: 'GET',
    path: '/v1/${context}/{id}',
    scope: 'tenant',
    params: { id: textOf(ID_FORM) },
    summary: 'Returns the ${entity} with this id.',
    responses: { 200: ${Entity}Response },
    problems: { ${entity}_not_found },
  },
} as const satisfies RouteGroup;
`,
    [`${folder}/domain/${entity}.ts`]: `import type { Instant, TenantId } from '#platform/kernel';

export type ${Entity} = {
  readonly tenantId: TenantId;
  /** The id of the aggregate whose event created it. */
  readonly id: string;
  /** The time of the event. */
  readonly createdAt: Instant;
  readonly version: number;
};

export const new${Entity} = ({ tenantId, id, createdAt }: Omit<${Entity}, 'version'>): ${Entity} => ({
  tenantId,
  id,
  createdAt,
  version: 1,
});
`,
    [`${folder}/use-cases/create-${entity}.ts`]: `import { type ${Entity}, new${Entity} } from '#${context}/domain/${entity}';
import type { TenantId } from '#platform/kernel';

export type ${Entity}s = {
  /** Reads with a strongly consistent read. */
  find(tenantId: TenantId, id: string): Promise<${Entity} | undefined>;
  /** Stores the ${entity} unless one exists under its id; returns the stored one. */
  putIfAbsent(${entity}: ${Entity}): Promise<${Entity}>;
};

/** Creates the ${entity} once, however often its event arrives. */
export const create${Entity} = (${entity}s: ${Entity}s) => (input: Omit<${Entity}, 'version'>) =>
  ${entity}s.putIfAbsent(new${Entity}(input));
`,
    [`${folder}/table/keys.ts`]: `import type { TenantId } from '#platform/kernel';

// Every key of this context is built here and nowhere else.

export const ${entity}Key = (tenantId: TenantId, id: string) => ({
  pk: \`${context}#\${tenantId}#${entity}#\${id}\`,
  sk: '${entity}',
});
`,
    [`${folder}/table/${entity}-table.ts`]: `import * as z from 'zod/mini';
import type { Runtime } from '#platform/runtime/runtime';
import { IntegerSchema, StringSchema, TenantIdSchema } from '#platform/schemas';
import { aggregateTable } from '#platform/table/aggregate-table';
import type { ${Entity} } from '#${context}/domain/${entity}';
import { ${entity}Key } from '#${context}/table/keys';
import type { ${Entity}s } from '#${context}/use-cases/create-${entity}';

export const ${entity}Table = (rt: Runtime<'db'>): ${Entity}s => {
  const table = aggregateTable<${Entity}, Pick<${Entity}, 'tenantId' | 'id'>>(rt, {
    keyOf: ({ tenantId, id }) => ${entity}Key(tenantId, id),
    toItem: ({ version: _, ...${entity} }) => ({ ...${entity}Key(${entity}.tenantId, ${entity}.id), ...${entity} }),
    schema: ${Entity}Item,
  });
  return { ...table, find: (tenantId, id) => table.find({ tenantId, id }) };
};

const ${Entity}Item = z.pipe(
  z.object({ tenantId: TenantIdSchema, id: StringSchema, createdAt: StringSchema, v: IntegerSchema }),
  z.transform(({ v, ...${entity} }): ${Entity} => ({ ...${entity}, version: v })),
);
`,
    [`${folder}/http/read.ts`]: `import type { RouteHandler } from '#platform/http/route';
import type { Runtime } from '#platform/runtime/runtime';
import type { readRoutes } from '#${context}/routes';
import { ${entity}Table } from '#${context}/table/${entity}-table';

export const get${Entity} = (rt: Runtime<'db'>): RouteHandler<(typeof readRoutes)['get${Entity}']> => {
  const ${entity}s = ${entity}Table(rt);
  return async ({ tenantId, params }) => {
    const ${entity} = await ${entity}s.find(tenantId, params.id);
    if (!${entity}) return { problem: '${entity}_not_found' };
    return { status: 200, body: { id: ${entity}.id, createdAt: ${entity}.createdAt } };
  };
};
`,
    [`${folder}/workers/record.ts`]: `import { ${eventName} } from '#${event.context}/contract';
import { consumer, workerFunction } from '#platform/messaging/worker';
import type { Runtime } from '#platform/runtime/runtime';
import { ${entity}Table } from '#${context}/table/${entity}-table';
import { create${Entity} } from '#${context}/use-cases/create-${entity}';

/** Creates a ${entity} for each ${eventName}. */
export const recordWorker = (rt: Runtime<'db' | 'queues'>) => {
  const create = create${Entity}(${entity}Table(rt));
  return workerFunction(rt, [
    consumer(${eventName}, async ({ tenantId, aggregateId, at }) => {
      await create({ tenantId, id: aggregateId, createdAt: at });
    }),
  ]);
};
`,
    [`${folder}/${context}.lambda.ts`]: `import { httpFunction } from '#platform/http/http-function';
import { queues } from '#platform/runtime/clients';
import { db } from '#platform/runtime/db';
import type { LambdaEntry } from '#platform/runtime/lambda';
import { readRoutes } from '#${context}/routes';
import { get${Entity} } from '#${context}/http/read';
import { recordWorker } from '#${context}/workers/record';
import { authenticateTenant } from '#tenants/public';

export const read = {
  clients: { db },
  create: (rt) => httpFunction(rt, { authenticate: authenticateTenant(rt), routes: readRoutes, handlers: { get${Entity} } }),
} satisfies LambdaEntry<'db'>;

export const record = { clients: { db, queues }, create: recordWorker } satisfies LambdaEntry<'db' | 'queues'>;
`,
    [`${folder}/manifest.ts`]: `import type { Manifest } from '#platform/manifest';
import { readRoutes } from '#${context}/routes';
import { problems } from '#${context}/errors';

export const ${context} = {
  context: '${context}',
  core: false,
  routes: { read: readRoutes },
  problems,
  functions: {
    read: {
      grants: [
        { of: '${context}', may: ['GetItem'] },
        { of: 'tenants', may: ['GetItem'] },
      ],
    },
    record: {
      consumes: ['${event.type}'],
      grants: [{ of: '${context}', may: ['PutItem'] }],
    },
  },
} as const satisfies Manifest;
`,
    [`${folder}/budgets.ts`]: `/**
 * What one order of three lines may use here. This context is not core: what it spends does not count against the order, and its
 * maintainers may raise these budgets in an ordinary review.
 */
export const budgets = {
  writeUnitsPerOrder: 1,
  /** With a function's time set to 30 ms. */
  usdPerMillionOrders: 3,
} as const;
`,
    [`test/${context}/${context}.test.ts`]: `import { afterAll, expect, it } from 'vitest';
import { record } from '#${context}/${context}.lambda';
import { busEvent, invocation, messages } from '../fixtures/invocation.ts';
import { createFakeQueues, workerVariables } from '../fixtures/queues.ts';
import { createTestTable } from '../fixtures/table.ts';
import { startHost } from '../fixtures/tenants.ts';

const data = ${JSON.stringify(event.sampleData)};
const { acme, other, deliver, close } = await startHost();
afterAll(close);

it('creates a ${entity} for the first of several events, and shows it to its tenant only', async () => {
  const first = { type: '${event.type}', at: '2026-11-01T00:00:00.000Z', aggregateId: 'o1', version: 1, data };
  const later = { ...first, at: '2026-11-02T00:00:00.000Z' };
  for (const [n, event] of [first, first, later].entries())
    await deliver('${context}-record', { ...event, id: \`e\${n}\`, tenantId: acme.id });
  const show = async () => (await acme.request('GET', '/v1/${context}/o1')).body;
  expect(await show()).toEqual({ id: 'o1', createdAt: first.at });
  const missing = { status: 404, body: { code: '${entity}_not_found' } };
  expect(await other.request('GET', '/v1/${context}/o1')).toMatchObject(missing);

  await deliver('${context}-record', { ...later, id: 'e1', tenantId: other.id });
  expect((await other.request('GET', '/v1/${context}/o1')).body).toMatchObject({ createdAt: later.at });
  expect(await show()).toEqual({ id: 'o1', createdAt: first.at });
});

it('makes an event that does not match its schema a dead letter', async () => {
  const event = { id: 'e1', type: '${event.type}', at: '2026-11-01T00:00:00.000Z', tenantId: acme.id };
  const batch = messages(busEvent({ ...event, aggregateId: 'o1', version: 1, data: {} }));
  const { service, deadLetters } = createFakeQueues();
  const { rt } = createTestTable({ services: [service], variables: workerVariables });
  expect(await record.create(rt)(batch, invocation())).toEqual({ batchItemFailures: [] });
  expect(deadLetters()).toHaveLength(1);
});
`,
  };
};
