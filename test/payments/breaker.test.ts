import { describe, expect, it } from 'vitest';
import {
  type Breaker,
  closedBreaker,
  isOpen,
  recordFailure,
  recordSuccess,
  startProbe,
} from '#payments/domain/breaker';
import { at, limits } from './fixtures/stored-breakers.ts';

const after = (...failures: readonly number[]): Breaker =>
  failures.reduce((breaker, ms) => recordFailure(breaker, breaker.generation, at(ms), limits), closedBreaker);
const opened = after(0, 1, 2);

describe('a closed breaker', () => {
  it('keeps nothing back', () => expect(isOpen(closedBreaker, at(0))).toBe(false));

  it('opens with the last of so many failures within the window, and begins a generation', () => {
    expect(after(0, 1)).toEqual({ status: 'closed', generation: 0, failures: [at(0), at(1)], version: 2 });
    expect(opened).toEqual({ status: 'open', generation: 1, failures: [], until: at(2 + 15_000), version: 3 });
  });

  it('forgets failures that are older than the window', () => {
    expect(after(0, 1, 30_001)).toMatchObject({ status: 'closed', failures: [at(30_001)] });
    expect(after(0, 1, 29_999)).toMatchObject({ status: 'open' });
  });

  it('makes nothing of success', () => expect(recordSuccess(after(0), 0)).toEqual(after(0)));
});

describe('an open breaker', () => {
  it('keeps calls back until its cool-down is over', () => {
    expect(isOpen(opened, at(15_001))).toBe(true);
    expect(isOpen(opened, at(15_002))).toBe(false);
  });

  it('does not listen to the calls that were under way when it opened', () => {
    expect(recordFailure(opened, 0, at(3), limits)).toBe(opened);
    expect(recordSuccess(opened, 0)).toBe(opened);
  });
});

describe('a breaker with a probe under way', () => {
  const probe = startProbe(opened, at(15_002), limits);

  it('keeps others back while the lease lasts', () => {
    expect(probe).toEqual({ status: 'probing', generation: 2, failures: [], until: at(25_002), version: 4 });
    expect(isOpen(probe, at(25_001))).toBe(true);
    expect(isOpen(probe, at(25_002))).toBe(false);
  });

  it('closes after a good one', () => {
    expect(recordSuccess(probe, 2)).toEqual({ status: 'closed', generation: 3, failures: [], version: 5 });
  });

  it('opens again after a failed one', () => {
    expect(recordFailure(probe, 2, at(16_000), limits)).toMatchObject({
      status: 'open',
      generation: 3,
      until: at(31_000),
    });
  });

  it('does not listen to a probe whose place another has taken', () => {
    const next = startProbe(probe, at(25_002), limits);
    expect(recordSuccess(next, probe.generation)).toBe(next);
    expect(recordFailure(next, probe.generation, at(25_003), limits)).toBe(next);
  });
});
