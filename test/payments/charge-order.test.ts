import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '#payments/domain/attempt';
import { chargeOrder } from '#payments/use-cases/charge-order';
import type { Attempts, Provider } from '#payments/use-cases/ports';
import { anAttempt, key, order, step, total } from './fixtures/attempt.ts';
import { inMemoryAttempts } from './fixtures/in-memory-attempts.ts';
import { at, createBreaker } from './fixtures/in-memory-breakers.ts';

const findOrder = async () => order;
const respondingWith = (outcome: Awaited<ReturnType<Provider['charge']>>) => ({
  charge: vi.fn<Provider['charge']>(async () => outcome),
  void: vi.fn<Provider['void']>(),
  refund: vi.fn<Provider['refund']>(),
});
const refused = (error: string) => ({ ok: false, error });
const charge = (attempts: Attempts, provider: Provider, { breaker } = createBreaker()) =>
  chargeOrder({ orders: findOrder, attempts, provider, breaker })(step);
const open = { status: 'open', generation: 1, failures: [], until: at(1), version: 3 } as const;
const readyForProbe = { ...open, until: at(0) };

it('stores its intent, sends the total under the key of the order, and stores the outcome', async () => {
  const { written, attempts } = inMemoryAttempts();
  const provider = respondingWith('captured');
  provider.charge.mockImplementation(async () => {
    expect(written).toEqual([anAttempt()]);
    return 'captured';
  });
  expect(await charge(attempts, provider)).toEqual({ ok: true, value: written.at(-1) });
  expect(provider.charge.mock.calls).toEqual([[key, total, 'tok_ok']]);
  expect(written.at(-1)).toEqual(anAttempt({ status: 'captured', captured: 55_00, version: 2 }));
});

it('sends and stores nothing once the order has moved on', async () => {
  const { written, attempts } = inMemoryAttempts();
  const provider = respondingWith('captured');
  const { breaker } = createBreaker();
  const charge = chargeOrder({ orders: async () => undefined, attempts, provider, breaker });
  expect(await charge(step)).toEqual(refused('superseded'));
  expect(written).toEqual([]);
  expect(provider.charge).not.toHaveBeenCalled();
});

it.each<[Attempt['status'], unknown]>([
  ['captured', { ok: true, value: anAttempt({ status: 'captured' }) }],
  ['declined', refused('declined')],
  ['settling', refused('superseded')],
  ['settled', refused('superseded')],
])('returns the result of an attempt that is %s without a call of the provider', async (status, result) => {
  const provider = respondingWith('captured');
  expect(await charge(inMemoryAttempts(anAttempt({ status })).attempts, provider)).toEqual(result);
  expect(provider.charge).not.toHaveBeenCalled();
});

describe('the outcome of the charge', () => {
  it('is recorded if it is a decline', async () => {
    const { written, attempts } = inMemoryAttempts();
    expect(await charge(attempts, respondingWith('declined'))).toEqual(refused('declined'));
    expect(written.at(-1)).toMatchObject({ status: 'declined', captured: 0 });
  });

  it.each([
    ['unknown', 'unknown'],
    ['voided', 'superseded'],
  ] as const)('%s leaves the intent, and the result is %s', async (outcome, error) => {
    const { written, attempts } = inMemoryAttempts();
    expect(await charge(attempts, respondingWith(outcome))).toEqual(refused(error));
    expect(written).toEqual([anAttempt()]);
  });

  it('is requested again with the same key while the intent is stored', async () => {
    const { attempts } = inMemoryAttempts(anAttempt());
    const provider = respondingWith('captured');
    expect(await charge(attempts, provider)).toMatchObject({ ok: true });
    expect(provider.charge.mock.calls[0]?.[0]).toBe(key);
  });
});

describe('an outcome that can no longer be stored', () => {
  it.each<[string, Attempt | undefined, unknown]>([
    ['is ignored after settling has started', anAttempt({ status: 'settling' }), refused('superseded')],
    ['is a success after another try stored the same', anAttempt({ status: 'captured' }), { ok: true }],
    ['is unknown while the intent is stored', anAttempt(), refused('unknown')],
    ['is unknown without an attempt', undefined, refused('unknown')],
  ])('%s', async (_, existing, result) => {
    const losingRace: Attempts = {
      putIfAbsent: async (attempt) => attempt,
      update: async () => false,
      find: async () => existing,
    };
    expect(await charge(losingRace, respondingWith('captured'))).toMatchObject(result as object);
  });
});

describe('while the breaker is open', () => {
  it('stores the attempt as closed, and only then reports that the provider is unavailable', async () => {
    const { written, attempts } = inMemoryAttempts();
    const provider = respondingWith('captured');
    expect(await charge(attempts, provider, createBreaker(open))).toEqual(refused('unavailable'));
    expect(written).toEqual([anAttempt({ status: 'closed', run: 1 })]);
    expect(provider.charge).not.toHaveBeenCalled();
  });

  it('lets a later run send a closed attempt under its own key, once the breaker is closed again', async () => {
    const { written, attempts } = inMemoryAttempts();
    const provider = respondingWith('captured');
    await charge(attempts, provider, createBreaker(open));
    const { breaker } = createBreaker();
    const result = await chargeOrder({ orders: findOrder, attempts, provider, breaker })({ ...step, run: 2 });
    expect(result).toMatchObject({ ok: true });
    expect(provider.charge.mock.calls).toEqual([[key, total, 'tok_ok']]);
    expect(written.map(({ status, run }) => [status, run])).toEqual([
      ['closed', 1],
      ['intended', undefined],
      ['captured', undefined],
    ]);
  });

  it('closes the attempt in the name of a later run too, so that no repeat of that run reopens it', async () => {
    const { written, attempts } = inMemoryAttempts();
    const provider = respondingWith('captured');
    await charge(attempts, provider, createBreaker(open));
    const runTwo = ({ breaker } = createBreaker()) =>
      chargeOrder({ orders: findOrder, attempts, provider, breaker })({ ...step, run: 2 });
    expect(await runTwo(createBreaker(open))).toEqual(refused('unavailable'));
    expect(written.at(-1)).toMatchObject({ status: 'closed', run: 2 });
    expect(await runTwo()).toEqual(refused('unavailable'));
    expect(provider.charge).not.toHaveBeenCalled();
  });

  it('is unknown whether a closed attempt was reopened after a lost race, and nothing is sent', async () => {
    const { attempts } = inMemoryAttempts(anAttempt({ status: 'closed', run: 1 }));
    const provider = respondingWith('captured');
    const losing = { ...attempts, update: async () => false };
    const { breaker } = createBreaker();
    const result = await chargeOrder({ orders: findOrder, attempts: losing, provider, breaker })({ ...step, run: 2 });
    expect(result).toEqual(refused('unknown'));
    expect(provider.charge).not.toHaveBeenCalled();
  });

  it('never sends a closed order in the run that closed it, even once the breaker is closed again', async () => {
    const { written, attempts } = inMemoryAttempts();
    const provider = respondingWith('captured');
    await charge(attempts, provider, createBreaker(open));
    expect(await charge(attempts, provider)).toEqual(refused('unavailable'));
    expect(written).toHaveLength(1);
    expect(provider.charge).not.toHaveBeenCalled();
  });

  it.each<[Attempt['status'], unknown]>([
    ['intended', refused('unknown')],
    ['captured', { ok: true }],
    ['declined', refused('declined')],
    ['settled', refused('superseded')],
  ])('returns the result of an existing attempt that is %s, never that nothing was sent', async (status, result) => {
    const { written, attempts } = inMemoryAttempts(anAttempt({ status }));
    const provider = respondingWith('captured');
    expect(await charge(attempts, provider, createBreaker(open))).toMatchObject(result as object);
    expect(written).toHaveLength(1);
    expect(provider.charge).not.toHaveBeenCalled();
  });
});

describe('the breaker records', () => {
  it.each(['captured', 'declined', 'voided'] as const)(
    '%s as a success, which closes it after a probe',
    async (outcome) => {
      const recorded = createBreaker(readyForProbe);
      await charge(inMemoryAttempts().attempts, respondingWith(outcome), recorded);
      expect(recorded.written.map(({ status }) => status)).toEqual(['open', 'probing', 'closed']);
    },
  );

  it('an unknown outcome as a failure', async () => {
    const [probing, closed] = [createBreaker(readyForProbe), createBreaker()];
    await charge(inMemoryAttempts().attempts, respondingWith('unknown'), probing);
    expect(probing.written.map(({ status }) => status)).toEqual(['open', 'probing', 'open']);
    await charge(inMemoryAttempts().attempts, respondingWith('unknown'), closed);
    expect(closed.written.at(-1)?.failures).toEqual([at(0)]);
  });

  it('neither a decline nor a repeat that sends nothing', async () => {
    const recorded = createBreaker();
    await charge(inMemoryAttempts().attempts, respondingWith('declined'), recorded);
    await charge(inMemoryAttempts(anAttempt({ status: 'captured' })).attempts, respondingWith('unknown'), recorded);
    expect(recorded.written).toHaveLength(1);
  });
});
