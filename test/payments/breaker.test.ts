import { describe, expect, it } from 'vitest';
import {
  type Breaker,
  closedBreaker,
  isOpen,
  recordFailure,
  recordSuccess,
  startProbe,
} from '#payments/domain/breaker';
import { at, limits } from './fixtures/in-memory-breakers.ts';

const afterFailures = (...failures: readonly number[]): Breaker =>
  failures.reduce(
    (breaker, ms) => recordFailure(breaker, { generation: breaker.generation, at: at(ms) }, limits),
    closedBreaker,
  );
const opened = afterFailures(0, 1, 2);

describe('a closed breaker', () => {
  it('blocks no call', () => expect(isOpen(closedBreaker, at(0))).toBe(false));

  it('opens at the limit of failures within the window, and starts a generation', () => {
    expect(afterFailures(0, 1)).toEqual({ status: 'closed', generation: 0, failures: [at(0), at(1)], version: 2 });
    expect(opened).toEqual({ status: 'open', generation: 1, failures: [], until: at(2 + 15_000), version: 3 });
  });

  it('ignores failures that are older than the window', () => {
    expect(afterFailures(0, 1, 30_001)).toMatchObject({ status: 'closed', failures: [at(30_001)] });
    expect(afterFailures(0, 1, 29_999)).toMatchObject({ status: 'open' });
  });

  it('does not change after a success', () => expect(recordSuccess(afterFailures(0), 0)).toEqual(afterFailures(0)));
});

describe('an open breaker', () => {
  it('blocks calls for the open duration', () => {
    expect(isOpen(opened, at(15_001))).toBe(true);
    expect(isOpen(opened, at(15_002))).toBe(false);
  });

  it('ignores results of calls that were in flight when it opened', () => {
    expect(recordFailure(opened, { generation: 0, at: at(3) }, limits)).toBe(opened);
    expect(recordSuccess(opened, 0)).toBe(opened);
  });
});

describe('a probing breaker', () => {
  const probe = startProbe(opened, at(15_002), limits);

  it('blocks other calls until the lease of the probe expires', () => {
    expect(probe).toEqual({ status: 'probing', generation: 2, failures: [], until: at(25_002), version: 4 });
    expect(isOpen(probe, at(25_001))).toBe(true);
    expect(isOpen(probe, at(25_002))).toBe(false);
  });

  it('closes after a successful probe', () => {
    expect(recordSuccess(probe, 2)).toEqual({ status: 'closed', generation: 3, failures: [], version: 5 });
  });

  it('opens again after a failed probe', () => {
    expect(recordFailure(probe, { generation: 2, at: at(16_000) }, limits)).toMatchObject({
      status: 'open',
      generation: 3,
      until: at(31_000),
    });
  });

  it('ignores the result of a probe that another probe has replaced', () => {
    const next = startProbe(probe, at(25_002), limits);
    expect(recordSuccess(next, probe.generation)).toBe(next);
    expect(recordFailure(next, { generation: probe.generation, at: at(25_003) }, limits)).toBe(next);
  });
});
