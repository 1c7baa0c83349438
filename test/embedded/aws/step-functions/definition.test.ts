import { expect, it } from 'vitest';
import { parse, singleState, task } from './machine.ts';

it.each([
  ['a state of an unknown type', singleState({ Type: 'Map', End: true }), /Map, state Only/],
  ['an unknown field', singleState(task({ HeartbeatSeconds: 3 })), /HeartbeatSeconds of Only/],
  ['an unknown field of a retrier', singleState(task({ Retry: [{ ErrorEquals: [], X: 1 }] })), /X of a Retry of Only/],
  ['another query language', { ...singleState(task()), QueryLanguage: 'JSONata' }, /QueryLanguage of the definition/],
  [
    'an intrinsic function',
    singleState(task({ Parameters: { 'id.$': 'States.UUID()' } })),
    /the path "States.UUID\(\)"/,
  ],
  ['another resource', singleState(task({ Resource: 'arn:aws:states:::sqs:sendMessage' })), /sqs:sendMessage of Only/],
  ['an unknown next state', singleState(task({ End: false, Next: 'Nowhere' })), /leads to Nowhere/],
  ['an unknown function', singleState(task({ Resource: '${function-none}' })), /there is no function function-none/],
])('rejects %s when it parses the definition', (_, definition, message) => {
  expect(() => parse(definition)).toThrow(message);
});
