import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Breaker, closedBreaker } from '#payments/domain/breaker';
import { circuitBreaker, probeBreakers } from '#payments/use-cases/circuit-breaker';
import type { Breakers } from '#payments/use-cases/ports';
import type { TenantId } from '#platform/kernel';
import { at, inMemoryBreakers, limits } from './fixtures/in-memory-breakers.ts';
import { tenantId } from './fixtures/payment.ts';

const open: Breaker = { status: 'open', generation: 1, failures: [], until: at(15_000), version: 3 };

const createBreaker = (first: Breaker | undefined, now = 0) => {
  const { written, breakers } = inMemoryBreakers(first);
  let ms = now;
  const breaker = circuitBreaker(breakers, { now: () => at(ms), limits });
  const moveTo = (to: number) => {
    ms = to;
  };
  return { written, breakers, breaker, moveTo };
};

const answering = async () => true;
const silent = async () => false;

describe('permission for a call', () => {
  it('is granted without a write while the breaker is closed', async () => {
    const { written, breaker } = createBreaker(closedBreaker);
    const probe = vi.fn(answering);
    expect(await breaker.allowRequest(tenantId, probe)).toEqual({ generation: 0 });
    expect(written).toEqual([closedBreaker]);
    expect(probe).not.toHaveBeenCalled();
  });

  it('is refused while the breaker is open, then granted once a probe got an answer', async () => {
    const { written, breaker, moveTo } = createBreaker(open);
    const probe = vi.fn(async () => {
      expect(written.at(-1)).toMatchObject({ status: 'probing', generation: 2, until: at(25_000) });
      expect(await breaker.allowRequest(tenantId, answering)).toBeUndefined();
      return true;
    });
    expect(await breaker.allowRequest(tenantId, probe)).toBeUndefined();
    expect(probe).not.toHaveBeenCalled();
    moveTo(15_000);
    expect(await breaker.allowRequest(tenantId, probe)).toEqual({ generation: 3 });
    expect(written.at(-1)).toMatchObject({ status: 'closed', generation: 3 });
  });

  it('is refused if the probe got no answer, and the breaker opens again', async () => {
    const { written, breaker, moveTo } = createBreaker(open);
    moveTo(15_000);
    expect(await breaker.allowRequest(tenantId, silent)).toBeUndefined();
    expect(written.at(-1)).toMatchObject({ status: 'open', generation: 3, until: at(30_000) });
  });

  it('is refused to the caller that loses the race for the probe', async () => {
    const { breakers } = createBreaker(open);
    const losingRace: Breakers = { ...breakers, update: async () => false };
    const probe = vi.fn(answering);
    const breaker = circuitBreaker(losingRace, { now: () => at(15_000), limits });
    expect(await breaker.allowRequest(tenantId, probe)).toBeUndefined();
    expect(probe).not.toHaveBeenCalled();
  });

  it('is refused if the result of the probe cannot be stored', async () => {
    const { breakers } = createBreaker(open);
    const update = vi.fn<Breakers['update']>(async () => false).mockImplementationOnce(breakers.update);
    const breaker = circuitBreaker({ ...breakers, update }, { now: () => at(15_000), limits });
    expect(await breaker.allowRequest(tenantId, answering)).toBeUndefined();
    expect(update).toHaveBeenCalledTimes(6);
  });

  it('is granted if the breaker cannot be read, and the result is not recorded', async () => {
    const update = vi.fn<Breakers['update']>();
    const breaker = circuitBreaker({ find: async () => undefined, update }, { now: () => at(0), limits });
    expect(await breaker.allowRequest(tenantId, answering)).toEqual({});
    await breaker.recordResult(tenantId, {}, false);
    await breaker.recordResult(tenantId, { generation: 0 }, false);
    expect(update).not.toHaveBeenCalled();
  });
});

describe('the result of a call', () => {
  it('is ignored without a read if it is a success', async () => {
    const find = vi.fn<Breakers['find']>();
    const breaker = circuitBreaker({ find, update: async () => true }, { now: () => at(0), limits });
    await breaker.recordResult(tenantId, { generation: 0 }, true);
    expect(find).not.toHaveBeenCalled();
  });

  it('opens the breaker at the limit of failures', async () => {
    const { written, breaker } = createBreaker(closedBreaker);
    for (let n = 0; n < limits.failures; n += 1) await breaker.recordResult(tenantId, { generation: 0 }, false);
    expect(written.map(({ status }) => status)).toEqual(['closed', 'closed', 'closed', 'open']);
  });

  it('is written again after a lost race, up to five times', async () => {
    const { breakers, written } = createBreaker(closedBreaker);
    const update = vi.fn<Breakers['update']>(breakers.update).mockResolvedValueOnce(false);
    const breaker = circuitBreaker({ ...breakers, update }, { now: () => at(0), limits });
    await breaker.recordResult(tenantId, { generation: 0 }, false);
    expect(written.at(-1)?.failures).toEqual([at(0)]);
    update.mockReset().mockResolvedValue(false);
    await breaker.recordResult(tenantId, { generation: 0 }, false);
    expect(update).toHaveBeenCalledTimes(5);
  });

  it('is ignored if its generation is over', async () => {
    const { written, breaker } = createBreaker(open);
    await breaker.recordResult(tenantId, { generation: 0 }, false);
    expect(written).toEqual([open]);
  });
});

describe('the scheduled probes', () => {
  const other = 't2' as TenantId;
  const due = { breakers: async () => [tenantId, other] };
  const onFailure = vi.fn();

  it('close the breakers whose providers answer, without any order', async () => {
    const { written, breaker, moveTo } = createBreaker(open);
    moveTo(15_000);
    const probe = vi.fn(answering);
    const run = probeBreakers({ due, breaker, probe, onFailure });
    expect(await run(at(15_000), () => true)).toEqual({ probed: 2, closed: 2, failed: 0 });
    // both tenants have one breaker in this test, so the second finds it closed
    expect(probe.mock.calls).toEqual([[tenantId]]);
    expect(written.at(-1)?.status).toBe('closed');
  });

  it('leave a breaker open whose provider does not answer, and stop when the time is over', async () => {
    const { written, breaker, moveTo } = createBreaker(open);
    moveTo(15_000);
    const run = probeBreakers({ due, breaker, probe: silent, onFailure });
    const hasTimeLeft = vi.fn(() => true).mockReturnValueOnce(true);
    hasTimeLeft.mockReturnValue(false);
    expect(await run(at(15_000), hasTimeLeft)).toEqual({ probed: 1, closed: 0, failed: 0 });
    expect(written.at(-1)?.status).toBe('open');
  });

  it('go on with the others where a breaker cannot be written', async () => {
    const { breaker, moveTo } = createBreaker(open);
    moveTo(15_000);
    const error = new Error('broken');
    const allowRequest = vi.fn(breaker.allowRequest).mockRejectedValueOnce(error);
    const run = probeBreakers({ due, breaker: { ...breaker, allowRequest }, probe: answering, onFailure });
    expect(await run(at(15_000), () => true)).toEqual({ probed: 2, closed: 1, failed: 1 });
    expect(onFailure.mock.calls).toEqual([[tenantId, error]]);
  });
});

const call = fc.record({ succeeded: fc.boolean(), takesMs: fc.integer({ min: 0, max: 25_000 }) });
const burst = fc.record({ waitMs: fc.integer({ min: 0, max: 12_000 }), calls: fc.array(call, { maxLength: 5 }) });

it('allows one probe at a time and no other call, in any interleaving', () =>
  // Fails if a probe is allowed without its conditional write, if its lease is ignored, if a call of an old generation opens or
  // closes the breaker, and if a successful probe does not close it or a failed one does.
  fc.assert(
    fc.asyncProperty(fc.array(burst, { minLength: 1, maxLength: 12 }), fc.scheduler(), async (bursts, s) => {
      const { written, breakers } = inMemoryBreakers();
      const nextTurn = () => s.schedule(Promise.resolve());
      const slow: Breakers = {
        find: (...args) => nextTurn().then(() => breakers.find(...args)),
        update: (...args) => nextTurn().then(() => breakers.update(...args)),
      };
      let now = 0;
      const breaker = circuitBreaker(slow, { now: () => at(now), limits });
      const probes: number[] = [];
      const callProvider = async ({
        succeeded,
        takesMs,
      }: {
        readonly succeeded: boolean;
        readonly takesMs: number;
      }) => {
        const answer = async () => {
          const startedAt = now;
          await nextTurn();
          now = Math.max(now, startedAt + takesMs);
          return succeeded;
        };
        const probe = () => {
          probes.push(written.at(-1)?.generation ?? 0);
          return answer();
        };
        const permit = await breaker.allowRequest(tenantId, probe);
        if (permit) await breaker.recordResult(tenantId, permit, await answer());
      };
      for (const { waitMs, calls } of bursts) {
        now += waitMs;
        await s.waitFor(Promise.all(calls.map(callProvider)));
      }

      expect(probes.length).toBe(written.filter(({ status }) => status === 'probing').length);
      for (const [n, to] of written.entries()) {
        const from = written[n - 1];
        if (!from) continue;
        expect(to.version).toBe(from.version + 1);
        if (to.status === from.status && to.status === 'closed') {
          expect(to.generation).toBe(from.generation);
          expect(to.failures.length).toBeLessThan(limits.failures);
          continue;
        }
        expect(to.generation).toBe(from.generation + 1);
        // closed -> open -> probing -> closed, open, or the next probe once the lease is over
        expect({ closed: ['open'], open: ['probing'], probing: ['closed', 'open', 'probing'] }[from.status]).toContain(
          to.status,
        );
        if (to.status !== 'probing') continue;
        // not before the end of the open duration, or of the lease of the previous probe
        expect(Date.parse(to.until ?? '') - limits.probeLeaseMs).toBeGreaterThanOrEqual(Date.parse(from.until ?? ''));
      }
    }),
    { numRuns: 500 },
  ));
