import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Breaker, closedBreaker } from '#payments/domain/breaker';
import { circuitBreaker } from '#payments/use-cases/circuit-breaker';
import type { Breakers } from '#payments/use-cases/ports';
import { tenantId } from './fixtures/attempt.ts';
import { at, limits, storedBreakers } from './fixtures/stored-breakers.ts';

const open: Breaker = { status: 'open', generation: 1, failures: [], until: at(15_000), version: 3 };

const watched = (first: Breaker | undefined, now = 0) => {
  const { written, breakers } = storedBreakers(first);
  let ms = now;
  const watch = circuitBreaker(breakers, { now: () => at(ms), limits });
  const moveTo = (to: number) => {
    ms = to;
  };
  return { written, breakers, watch, moveTo };
};

describe('leave to call', () => {
  it('is given while the breaker is closed, and nothing is written', async () => {
    const { written, watch } = watched(closedBreaker);
    expect(await watch.allowRequest(tenantId)).toEqual({ generation: 0, probe: false });
    expect(written).toEqual([closedBreaker]);
  });

  it('is not given while it is open, then to one probe', async () => {
    const { written, watch, moveTo } = watched(open);
    expect(await watch.allowRequest(tenantId)).toBeUndefined();
    moveTo(15_000);
    expect(await watch.allowRequest(tenantId)).toEqual({ generation: 2, probe: true });
    expect(written.at(-1)).toMatchObject({ status: 'probing', generation: 2, until: at(25_000) });
    expect(await watch.allowRequest(tenantId)).toBeUndefined();
    moveTo(25_000);
    expect(await watch.allowRequest(tenantId)).toEqual({ generation: 3, probe: true });
  });

  it('is not given to the one who comes second for the probe', async () => {
    const { breakers } = watched(open);
    const beaten: Breakers = { ...breakers, update: async () => false };
    expect(await circuitBreaker(beaten, { now: () => at(15_000), limits }).allowRequest(tenantId)).toBeUndefined();
  });

  it('is given where the breaker cannot be read, and what comes of it means nothing to it', async () => {
    const move = vi.fn<Breakers['update']>();
    const watch = circuitBreaker({ find: async () => undefined, update: move }, { now: () => at(0), limits });
    expect(await watch.allowRequest(tenantId)).toEqual({ probe: false });
    await watch.recordResult(tenantId, { probe: false }, false);
    await watch.recordResult(tenantId, { generation: 0, probe: false }, false);
    expect(move).not.toHaveBeenCalled();
  });
});

describe('what came of a call', () => {
  it('is not even looked at where it was good and no probe', async () => {
    const find = vi.fn<Breakers['find']>();
    const watch = circuitBreaker({ find, update: async () => true }, { now: () => at(0), limits });
    await watch.recordResult(tenantId, { generation: 0, probe: false }, true);
    expect(find).not.toHaveBeenCalled();
  });

  it('opens the breaker with the last of so many failures, and closes it with a good probe', async () => {
    const { written, watch, moveTo } = watched(closedBreaker);
    for (let n = 0; n < limits.failures; n += 1)
      await watch.recordResult(tenantId, { generation: 0, probe: false }, false);
    expect(written.map(({ status }) => status)).toEqual(['closed', 'closed', 'closed', 'open']);
    moveTo(15_000);
    const pass = await watch.allowRequest(tenantId);
    if (!pass) throw new Error('no probe');
    await watch.recordResult(tenantId, pass, true);
    expect(written.at(-1)).toMatchObject({ status: 'closed', generation: 3 });
  });

  it('is written once more where others reported in between, but not for ever', async () => {
    const { breakers, written } = watched(closedBreaker);
    const move = vi.fn<Breakers['update']>(breakers.update).mockResolvedValueOnce(false);
    const watch = circuitBreaker({ ...breakers, update: move }, { now: () => at(0), limits });
    await watch.recordResult(tenantId, { generation: 0, probe: false }, false);
    expect(written.at(-1)?.failures).toEqual([at(0)]);
    move.mockReset().mockResolvedValue(false);
    await watch.recordResult(tenantId, { generation: 0, probe: false }, false);
    expect(move).toHaveBeenCalledTimes(5);
  });

  it('is not listened to once its generation is over', async () => {
    const { written, watch } = watched(open);
    await watch.recordResult(tenantId, { generation: 0, probe: false }, false);
    await watch.recordResult(tenantId, { generation: 0, probe: true }, true);
    expect(written).toEqual([open]);
  });
});

const call = fc.record({ answered: fc.boolean(), takesMs: fc.integer({ min: 0, max: 25_000 }) });
const moment = fc.record({ waitMs: fc.integer({ min: 0, max: 12_000 }), calls: fc.array(call, { maxLength: 5 }) });

it('lets one probe at a time through and no other call, whatever the interleaving', () =>
  // Red when a probe is let through without its conditional write, when its lease is not looked at, when a call of an old
  // generation opens or closes the breaker, and when a good probe does not close it or a failed one does.
  fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 12 }), fc.scheduler(), async (moments, s) => {
      const { written, breakers } = storedBreakers();
      const turn = () => s.schedule(Promise.resolve());
      const slow: Breakers = {
        find: (...args) => turn().then(() => breakers.find(...args)),
        update: (...args) => turn().then(() => breakers.update(...args)),
      };
      let now = 0;
      const watch = circuitBreaker(slow, { now: () => at(now), limits });
      const probes: (number | undefined)[] = [];
      const one = async ({ answered, takesMs }: { readonly answered: boolean; readonly takesMs: number }) => {
        const asked = now;
        const pass = await watch.allowRequest(tenantId);
        if (!pass) return;
        if (pass.probe) probes.push(pass.generation);
        await turn();
        now = Math.max(now, asked + takesMs);
        await watch.recordResult(tenantId, pass, answered);
      };
      for (const { waitMs, calls } of moments) {
        now += waitMs;
        await s.waitFor(Promise.all(calls.map(one)));
      }

      expect(new Set(probes).size).toBe(probes.length);
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
        // not before the cool-down, or the lease of the probe before it, was over
        expect(Date.parse(to.until ?? '') - limits.probeLeaseMs).toBeGreaterThanOrEqual(Date.parse(from.until ?? ''));
        expect(probes.filter((generation) => generation === to.generation)).toHaveLength(1);
      }
    }),
    { numRuns: 500 },
  ));
