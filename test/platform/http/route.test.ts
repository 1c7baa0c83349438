import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import type { Caller } from '#platform/http/authenticate';
import { type Problems, platformProblems } from '#platform/http/problems';
import { type Call, problemsOf, type RouteGroup, type RouteHandler, serveRoute } from '#platform/http/route';
import type { Sku, TenantId } from '#platform/kernel';
import { SkuSchema } from '#platform/schemas';
import { type RequestOptions, toGatewayEvent, toResponse } from '../../fixtures/request.ts';

const { exists } = {
  exists: { status: 409, title: 'It exists already.', detail: 'Choose another name.' },
} as const satisfies Problems;
const { putItem, listItems } = {
  putItem: {
    method: 'PUT',
    path: '/items/{sku}',
    scope: 'tenant',
    summary: 'Stores an item.',
    params: { sku: SkuSchema },
    body: z.strictObject({ size: z.pipe(z.string(), z.transform(Number)) }),
    idempotent: true,
    responses: { 200: () => z.object({ size: z.int() }), 201: () => z.object({ size: z.int() }) },
    problems: { exists },
  },
  listItems: {
    method: 'GET',
    path: '/items',
    scope: 'public',
    summary: 'Lists the items.',
    query: z.strictObject({ limit: z._default(z.pipe(z.string(), z.transform(Number)), 50) }),
    responses: { 200: () => z.object({ total: z.int() }) },
  },
} as const satisfies RouteGroup;
type PutItem = typeof putItem;
type ListItems = typeof listItems;

const tenant: Caller = { kind: 'tenant', tenantId: 't1' as TenantId };
type Options = RequestOptions & { readonly params?: Record<string, string>; readonly caller?: Caller };

const eventOf = ({ params, ...options }: Options): APIGatewayProxyEvent => ({
  ...toGatewayEvent('PUT', '/items', options),
  pathParameters: params ?? null,
});
const put = (handle: RouteHandler<PutItem>, options: Options = {}) =>
  serveRoute(putItem, handle)
    .answer(
      eventOf({ params: { sku: 'mug' }, body: { size: '3' }, headers: { 'Idempotency-Key': 'k' }, ...options }),
      tenant,
    )
    .then(toResponse);
/** The call that a handler gets; undefined where the request did not reach it. */
const callOf = async (options: Options = {}) => {
  const calls: Call<PutItem>[] = [];
  const response = await put(async (call) => {
    calls.push(call);
    return { status: 200, replayed: false, body: { size: 1 } };
  }, options);
  return { call: calls[0], response };
};

describe('a handler', () => {
  it('gets the parsed parameters, body, key and tenant, and the request as it was sent', async () => {
    const { call } = await callOf();
    expect(call).toMatchObject({ tenantId: 't1', params: { sku: 'mug' }, body: { size: 3 }, idempotencyKey: 'k' });
    expect(call?.query).toBeUndefined();
    expect(call?.rawBody()).toEqual(Buffer.from('{"size":"3"}'));
    expect(call?.header('idempotency-key')).toBe('k');
    expect(call?.header('x-missing')).toBeUndefined();
  });

  it('gets the parsed query with its defaults, and no tenant where the route is public', async () => {
    const calls: Call<ListItems>[] = [];
    const { answer } = serveRoute<ListItems>(listItems, async (call) => {
      calls.push(call);
      return { status: 200, body: { total: 0 } };
    });
    await answer(eventOf({ text: 'not JSON' }), undefined);
    await answer(eventOf({ query: { limit: '7' } }), undefined);
    expect(calls.map(({ query }) => query)).toEqual([{ limit: 50 }, { limit: 7 }]);
    for (const { tenantId, body, idempotencyKey } of calls)
      expect([tenantId, body, idempotencyKey]).toEqual([undefined, undefined, undefined]);
  });

  it('has the types of its contract', () => {
    expectTypeOf<Call<PutItem>['tenantId']>().toEqualTypeOf<TenantId>();
    expectTypeOf<Call<PutItem>['params']['sku']>().toEqualTypeOf<Sku>();
    expectTypeOf<Call<PutItem>['body']>().toEqualTypeOf<{ size: number }>();
    expectTypeOf<Call<PutItem>['query']>().toEqualTypeOf<undefined>();
    expectTypeOf<Call<PutItem>['idempotencyKey']>().toEqualTypeOf<string>();
    expectTypeOf<Call<ListItems>['tenantId']>().toEqualTypeOf<undefined>();
    expectTypeOf<Call<ListItems>['query']>().toEqualTypeOf<{ limit: number }>();
    expectTypeOf<Call<ListItems>['idempotencyKey']>().toEqualTypeOf<undefined>();
    // @ts-expect-error 202 is not a response of the contract
    const otherStatus: RouteHandler<PutItem> = async () => ({ status: 202, replayed: false, body: { size: 1 } });
    // @ts-expect-error the body is not that of the contract
    const otherBody: RouteHandler<PutItem> = async () => ({ status: 200, replayed: false, body: { size: 'large' } });
    // @ts-expect-error the contract has no such problem
    const otherProblem: RouteHandler<ListItems> = async () => ({ problem: 'exists' });
    // @ts-expect-error an idempotent route says whether the response is a replay
    const noMark: RouteHandler<PutItem> = async () => ({ status: 200, body: { size: 1 } });
    // @ts-expect-error no other route does
    const odd: RouteHandler<ListItems> = async () => ({ status: 200, replayed: true, body: { total: 0 } });
    // @ts-expect-error only an idempotent route can answer so
    const reused: RouteHandler<ListItems> = async () => ({ problem: 'key_reused' });
    expect([otherStatus, otherBody, otherProblem, noMark, odd, reused]).toHaveLength(6);
  });
});

describe('a request reaches no handler', () => {
  it.each<[string, Options, { status: number; code: string }]>([
    ['a path parameter of another form', { params: { sku: 'm g' } }, { status: 422, code: 'invalid_sku' }],
    ['no path parameter', { params: {} }, { status: 422, code: 'invalid_sku' }],
    ['a body that is not JSON', { text: '{' }, { status: 400, code: 'malformed_json' }],
    ['an invalid body', { body: { size: 3 } }, { status: 422, code: 'invalid_body' }],
    ['no body', { body: undefined }, { status: 400, code: 'malformed_json' }],
    ['a body that is too large', { text: ' '.repeat(256 * 1024 + 1) }, { status: 413, code: 'body_too_large' }],
    ['no Idempotency-Key', { headers: {} }, { status: 400, code: 'idempotency_key_required' }],
    [
      'an empty Idempotency-Key',
      { headers: { 'idempotency-key': '' } },
      { status: 400, code: 'idempotency_key_required' },
    ],
    [
      'an Idempotency-Key of 256 characters',
      { headers: { 'idempotency-key': 'k'.repeat(256) } },
      { status: 400, code: 'idempotency_key_required' },
    ],
  ])('with %s', async (_, options, { status, code }) => {
    const { call, response } = await callOf(options);
    expect(call).toBeUndefined();
    expect(response).toMatchObject({ status, body: { code } });
  });

  it('with a path parameter of another form, which names nothing where its schema has no problem', async () => {
    const getItem = { ...listItems, params: { id: z.string().check(z.regex(/^[a-z]+$/)) } };
    const { answer } = serveRoute<typeof getItem>(getItem, async () => ({ status: 200, body: { total: 0 } }));
    const response = toResponse(await answer(eventOf({ params: { id: '7' } }), undefined));
    expect(response).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(problemsOf(getItem)).toHaveProperty('not_found');
  });

  it.each([
    ['/items/{id}', 'item_not_found'],
    ['/items/{id}/parts/{part}', 'item_not_found'],
    ['/parts/{part}/items/{id}', 'item_not_found'],
    ['/parts/{id}', 'not_found'],
  ] as const)('of %s with the problem %s, because what it should name does not exist', async (path, code) => {
    const params = { part: z.string(), id: z.string().check(z.regex(/^[a-z]+$/)) };
    const item_not_found = { status: 404, title: 'No item.', detail: 'Check the id.' };
    const getItem = { ...listItems, path, params, problems: { item_not_found } };
    const { answer } = serveRoute<typeof getItem>(getItem, async () => ({ status: 200, body: { total: 0 } }));
    const response = toResponse(await answer(eventOf({ params: { part: 'a', id: '7' } }), undefined));
    expect(response).toMatchObject({ status: 404, body: { code } });
    expect(problemsOf(getItem)).toHaveProperty(code);
  });

  it('and none of its parameters is not_found where each has a problem of its own', () => {
    const item_not_found = { status: 404, title: 'No item.', detail: 'Check the id.' };
    const params = { id: z.string() };
    expect(problemsOf({ ...listItems, path: '/items/{id}', params, problems: { item_not_found } })).not.toHaveProperty(
      'not_found',
    );
  });

  it('with an invalid query, and the response lists what is invalid', async () => {
    const { answer } = serveRoute<ListItems>(listItems, async () => ({ status: 200, body: { total: 0 } }));
    const response = toResponse(await answer(eventOf({ query: { page: '2' } }), undefined));
    expect(response).toMatchObject({ status: 400, body: { code: 'invalid_query', errors: [{ pointer: '#' }] } });
  });

  it('but with an Idempotency-Key of 255 characters it does', async () => {
    const key = 'k'.repeat(255);
    expect((await callOf({ headers: { 'idempotency-key': key } })).call?.idempotencyKey).toBe(key);
  });
});

describe('a path parameter is', () => {
  const skuOf = async (path: string, sent: string) => {
    const skus: Sku[] = [];
    const { answer } = serveRoute<PutItem>(putItem, async ({ params }) => {
      skus.push(params.sku);
      return { status: 200, replayed: false, body: { size: 1 } };
    });
    const event = eventOf({ params: { sku: sent }, body: { size: '3' }, headers: { 'idempotency-key': 'k' } });
    const { statusCode } = await answer({ ...event, path }, tenant);
    return skus[0] ?? statusCode;
  };

  it('decoded once where the gateway hands it over as it was sent', async () => {
    expect(await skuOf('/items/a%2Bb', 'a%2Bb')).toBe('a+b');
  });
  it('not decoded again where the gateway has decoded it', async () => {
    expect(await skuOf('/items/a%252Bb', 'a%2Bb')).toBe(422);
    expect(await skuOf('/items/a%2Bb', 'a+b')).toBe('a+b');
  });
  it('taken as it is where it cannot be decoded', async () => {
    expect(await skuOf('/items/%zz', '%zz')).toBe(422);
  });
});

describe('an answer', () => {
  it('is a success response with its status and headers', async () => {
    const response = await put(async () => ({
      ...{ status: 201, replayed: false, body: { size: 3 } },
      headers: { location: '/items/mug' },
    }));
    expect(response).toEqual({
      status: 201,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', location: '/items/mug' },
      body: { size: 3 },
    });
  });

  it('says that it is a replay, and a first response does not', async () => {
    const answerWith = (replayed: boolean) => put(async () => ({ status: 201, replayed, body: { size: 3 } }));
    expect((await answerWith(true)).headers).toMatchObject({ 'idempotent-replayed': 'true' });
    expect((await answerWith(false)).headers).not.toHaveProperty('idempotent-replayed');
  });

  it("is a problem of the route's contract, by its code", async () => {
    const response = await put(async () => ({ problem: 'exists' }));
    expect(response).toMatchObject({ status: 409, body: { code: 'exists', ...exists, type: '/problems/exists' } });
    expect(response.headers).toMatchObject({ 'content-type': 'application/problem+json' });
  });

  it('is a problem of the platform, with a detail and members of its own', async () => {
    const response = await put(async () => ({ problem: 'unavailable', detail: 'Later.', members: { queue: 'full' } }));
    expect(response).toMatchObject({ status: 503, body: { code: 'unavailable', detail: 'Later.', queue: 'full' } });
    expect(response.headers).toMatchObject({ 'retry-after': '1' });
  });

  it('is a response that a parser has made', async () => {
    const response = { statusCode: 418, body: '{"tea":true}' };
    expect(await put(async () => ({ response }))).toMatchObject({ status: 418, body: { tea: true } });
  });
});

describe('the problems of a route', () => {
  const always = ['bad_request', 'throttled', 'internal', 'bad_gateway', 'unavailable', 'timeout'];

  it('are its own and those that its scope and its input imply', () => {
    expect(Object.keys(problemsOf(putItem)).sort()).toEqual(
      [
        ...always,
        ...['invalid_sku', 'malformed_json', 'unsupported_media_type', 'invalid_body', 'body_too_large'],
        ...['idempotency_key_required', 'key_reused'],
        ...['unauthenticated', 'forbidden', 'exists'],
      ].sort(),
    );
    expect(problemsOf(putItem)).toMatchObject({ exists, timeout: platformProblems.timeout });
    expect(Object.keys(problemsOf(listItems)).sort()).toEqual([...always, 'invalid_query'].sort());
  });

  it('are those of every route where it has no input and is public', () => {
    const { method, path, scope, summary, responses } = listItems;
    expect(Object.keys(problemsOf({ method, path, scope, summary, responses })).sort()).toEqual(always.sort());
  });
});
