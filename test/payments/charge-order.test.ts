import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '#payments/domain/attempt';
import { chargeOrder } from '#payments/use-cases/charge-order';
import type { Attempts, Provider } from '#payments/use-cases/ports';
import { anAttempt, key, order, step, total } from './fixtures/attempt.ts';
import { storedAttempts } from './fixtures/stored-attempts.ts';
import { at, watching } from './fixtures/stored-breakers.ts';

const inCharge = async () => order;
const answering = (outcome: Awaited<ReturnType<Provider['charge']>>) => ({
  charge: vi.fn<Provider['charge']>(async () => outcome),
  void: vi.fn<Provider['void']>(),
  refund: vi.fn<Provider['refund']>(),
});
const refused = (error: string) => ({ ok: false, error });
const charge = (attempts: Attempts, provider: Provider, { watch } = watching()) =>
  chargeOrder({ orders: inCharge, attempts, provider, watch })(step);
const open = { status: 'open', generation: 1, failures: [], until: at(1), version: 3 } as const;
const coolEnough = { ...open, until: at(0) };

it('writes its intent, sends the total under the key of the order, and writes what came of it', async () => {
  const { written, attempts } = storedAttempts();
  const provider = answering('captured');
  provider.charge.mockImplementation(async () => {
    expect(written).toEqual([anAttempt()]);
    return 'captured';
  });
  expect(await charge(attempts, provider)).toEqual({ ok: true, value: written.at(-1) });
  expect(provider.charge.mock.calls).toEqual([[key, total, 'tok_ok']]);
  expect(written.at(-1)).toEqual(anAttempt({ status: 'captured', captured: 55_00, version: 2 }));
});

it('sends nothing once the order has moved on, and writes nothing', async () => {
  const { written, attempts } = storedAttempts();
  const provider = answering('captured');
  const { watch } = watching();
  const moved = chargeOrder({ orders: async () => undefined, attempts, provider, watch });
  expect(await moved(step)).toEqual(refused('superseded'));
  expect(written).toEqual([]);
  expect(provider.charge).not.toHaveBeenCalled();
});

it.each<[Attempt['status'], unknown]>([
  ['captured', { ok: true, value: anAttempt({ status: 'captured' }) }],
  ['declined', refused('declined')],
  ['settling', refused('superseded')],
  ['settled', refused('superseded')],
  ['closed', refused('unavailable')],
])('learns from an attempt that is %s without asking again', async (status, answer) => {
  const provider = answering('captured');
  expect(await charge(storedAttempts(anAttempt({ status })).attempts, provider)).toEqual(answer);
  expect(provider.charge).not.toHaveBeenCalled();
});

describe('what the provider says', () => {
  it('declined: so it is', async () => {
    const { written, attempts } = storedAttempts();
    expect(await charge(attempts, answering('declined'))).toEqual(refused('declined'));
    expect(written.at(-1)).toMatchObject({ status: 'declined', captured: 0 });
  });

  it.each([
    ['unknown', 'unknown'],
    ['voided', 'superseded'],
  ] as const)('%s: the intent stands, and it is %s', async (outcome, error) => {
    const { written, attempts } = storedAttempts();
    expect(await charge(attempts, answering(outcome))).toEqual(refused(error));
    expect(written).toEqual([anAttempt()]);
  });

  it('asks again with the same key where the intent stands', async () => {
    const { attempts } = storedAttempts(anAttempt());
    const provider = answering('captured');
    expect(await charge(attempts, provider)).toMatchObject({ ok: true });
    expect(provider.charge.mock.calls[0]?.[0]).toBe(key);
  });
});

describe('an outcome that comes too late to be written', () => {
  it.each<[string, Attempt | undefined, unknown]>([
    ['after settling began it does not count', anAttempt({ status: 'settling' }), refused('superseded')],
    ['after another try wrote the same it is that', anAttempt({ status: 'captured' }), { ok: true }],
    ['with the intent still there it is unknown', anAttempt(), refused('unknown')],
    ['with nothing there it is unknown', undefined, refused('unknown')],
  ])('%s', async (_, standing, answer) => {
    const beaten: Attempts = {
      putIfAbsent: async (attempt) => attempt,
      update: async () => false,
      find: async () => standing,
    };
    expect(await charge(beaten, answering('captured'))).toMatchObject(answer as object);
  });
});

describe('while the breaker is open', () => {
  it('closes the attempt and only then says that the provider cannot be asked', async () => {
    const { written, attempts } = storedAttempts();
    const provider = answering('captured');
    expect(await charge(attempts, provider, watching(open))).toEqual(refused('unavailable'));
    expect(written).toEqual([anAttempt({ status: 'closed' })]);
    expect(provider.charge).not.toHaveBeenCalled();
  });

  it('keeps an order that was closed from ever being sent, whatever the breaker says later', async () => {
    const { written, attempts } = storedAttempts();
    const provider = answering('captured');
    await charge(attempts, provider, watching(open));
    expect(await charge(attempts, provider)).toEqual(refused('unavailable'));
    expect(written).toHaveLength(1);
    expect(provider.charge).not.toHaveBeenCalled();
  });

  it.each<[Attempt['status'], unknown]>([
    ['intended', refused('unknown')],
    ['captured', { ok: true }],
    ['declined', refused('declined')],
    ['settled', refused('superseded')],
  ])('says what is known where an attempt stands as %s: never that nothing was sent', async (status, answer) => {
    const { written, attempts } = storedAttempts(anAttempt({ status }));
    const provider = answering('captured');
    expect(await charge(attempts, provider, watching(open))).toMatchObject(answer as object);
    expect(written).toHaveLength(1);
    expect(provider.charge).not.toHaveBeenCalled();
  });
});

describe('what the breaker hears', () => {
  it.each(['captured', 'declined', 'voided'] as const)(
    '%s is a clear answer, and closes it after a probe',
    async (said) => {
      const asked = watching(coolEnough);
      await charge(storedAttempts().attempts, answering(said), asked);
      expect(asked.written.map(({ status }) => status)).toEqual(['open', 'probing', 'closed']);
    },
  );

  it('of an unknown outcome: a failure', async () => {
    const [probe, first] = [watching(coolEnough), watching()];
    await charge(storedAttempts().attempts, answering('unknown'), probe);
    expect(probe.written.map(({ status }) => status)).toEqual(['open', 'probing', 'open']);
    await charge(storedAttempts().attempts, answering('unknown'), first);
    expect(first.written.at(-1)?.failures).toEqual([at(0)]);
  });

  it('hears nothing of a decline, nor of a repeat that sends nothing', async () => {
    const asked = watching();
    await charge(storedAttempts().attempts, answering('declined'), asked);
    await charge(storedAttempts(anAttempt({ status: 'captured' })).attempts, answering('unknown'), asked);
    expect(asked.written).toHaveLength(1);
  });
});
