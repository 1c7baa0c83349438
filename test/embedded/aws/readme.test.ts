import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createDynamoDb } from '../../../embedded/aws/dynamodb/dynamodb.ts';
import { createEventBus } from '../../../embedded/aws/eventbridge/event-bus.ts';
import { createInFlightCounter } from '../../../embedded/aws/in-flight.ts';
import { createSecretsManager } from '../../../embedded/aws/secrets/secrets.ts';
import { createSqs } from '../../../embedded/aws/sqs/sqs.ts';
import { createParameterStore } from '../../../embedded/aws/ssm/parameters.ts';
import { createStepFunctions } from '../../../embedded/aws/step-functions/service.ts';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';
import { example } from './example.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const readme = read('../../../embedded/aws/README.md');

it('shows the example as it is tested', () => {
  const [, shown] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  expect(shown).toBe(read('example.ts').replaceAll('../../../embedded/aws/', './'));
});

it('has an example that works', async () => {
  expect(await example()).toMatchObject({
    items: [{ pk: { S: 'a' } }],
    messages: [{ Body: expect.stringContaining('"detail":{"id":"a"}') }],
    status: 'SUCCEEDED',
    secret: 'abc',
    invocations: 2,
  });
});

it('lists every operation', () => {
  const clock = createVirtualClock();
  const newId = () => 'id';
  const options = { clock, newId, random: () => 0, inFlight: createInFlightCounter(), invoke: async () => null };
  const services = {
    DynamoDB: createDynamoDb([], { clock }),
    SQS: createSqs(new Map(), { clock, origin: '' }),
    EventBridge: createEventBus({ name: 'events', rules: [], clock, newId }),
    'Step Functions': createStepFunctions(new Map(), options).service,
    'Secrets Manager': createSecretsManager(new Map()),
    'Parameter Store': createParameterStore(new Map()),
  };
  for (const [name, { operations }] of Object.entries(services)) {
    const [, row = ''] = new RegExp(`^\\| ${name} \\|([^|]*)\\|`, 'm').exec(readme) ?? [];
    const listed = [...row.matchAll(/`(\w+)`/g)].map(([, operation]) => operation);
    expect(listed.sort(), name).toEqual(Object.keys(operations).sort());
  }
});
