import { expect, it } from 'vitest';
import { createDefaultBus, type EventPattern } from '../../../embedded/aws/eventbridge/default-bus.ts';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';

const event = {
  source: 'aws.ses',
  detailType: 'Email Bounced',
  resources: ['r'],
  detail: { tags: { a: ['1', '2'] }, n: 'x' },
};

const publish = (pattern: EventPattern, input: object = { id: '$.id' }, messageGroupPath = '$.detail.n') => {
  const sent: unknown[] = [];
  const rule = { pattern, input, messageGroupPath, send: (...message: unknown[]) => sent.push(message) };
  const bus = createDefaultBus({ rules: [rule], clock: createVirtualClock(), newId: () => 'id-1' });
  bus.publish(event);
  return sent;
};

it.each<[string, EventPattern, boolean]>([
  ['nothing', {}, true],
  ['its source', { source: ['aws.s3', 'aws.ses'] }, true],
  ['another source', { source: ['aws.s3'] }, false],
  ['one of the values of a field', { detail: { tags: { a: ['2'] } } }, true],
  ['none of the values of a field', { detail: { tags: { a: ['3'] } } }, false],
  ['a field that exists', { detail: { tags: { a: [{ exists: true }] } } }, true],
  ['a field that does not exist', { detail: { tags: { b: [{ exists: true }] } } }, false],
  ['a field within a text', { detail: { n: { m: ['x'] } } }, false],
  ['two fields of which one differs', { source: ['aws.ses'], detail: { n: ['y'] } }, false],
])('a rule that asks for %s sends an event: %o: %o', (_, pattern, isSent) =>
  expect(publish(pattern)).toHaveLength(isSent ? 1 : 0),
);

it('a rule sends its input with the values of the event, in the group that the event names', () => {
  const input = {
    type: 'Mine',
    version: 0,
    at: '$.time',
    data: { second: '$.detail.tags.a[1]', none: '$.detail.none' },
  };
  const [[body, group] = []] = publish({}, input) as [string, string][];
  expect(JSON.parse(body ?? '')).toEqual({
    ...{
      type: 'Mine',
      version: 0,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      data: { second: '2' },
    },
  });
  expect(group).toBe('x');
  expect(publish({}, input, '$.detail.none')).toMatchObject([[expect.any(String), undefined]]);
});
