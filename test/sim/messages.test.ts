import { expect, test } from 'vitest';
import { createMessageLedger } from './messages.ts';

const batchOf = (...bodies: readonly string[]) => ({
  Records: bodies.map((body, n) => ({ messageId: `id-${n}`, body })),
});

test('a message is lost unless its consumer handles it or it is a dead letter', () => {
  const ledger = createMessageLedger();
  for (const body of ['handled', 'failed', 'dead', 'never received']) ledger.onSent('worker', body);
  ledger.onResponse('worker', batchOf('handled', 'failed', 'dead'), {
    batchItemFailures: [{ itemIdentifier: 'id-1' }, { itemIdentifier: 'id-2' }],
  });
  ledger.onFoundDead('worker', 'dead');
  expect(ledger.lost()).toEqual(['worker never consumed failed', 'worker never consumed never received']);
});

test('poison is lost where its consumer reports it as handled, unless it is found among the dead letters', () => {
  const ledger = createMessageLedger();
  ledger.onPoisonSent('worker', 'poison');
  ledger.onResponse('worker', batchOf('poison'), { batchItemFailures: [] });
  expect(ledger.lost()).toEqual(['worker dropped poison']);
  ledger.onFoundDead('worker', 'poison');
  expect(ledger.lost()).toEqual([]);
});

test('what one consumer handles says nothing about another one', () => {
  const ledger = createMessageLedger();
  for (const fn of ['first', 'second']) ledger.onSent(fn, 'event');
  ledger.onResponse('first', batchOf('event'), undefined);
  expect(ledger.lost()).toEqual(['second never consumed event']);
});
