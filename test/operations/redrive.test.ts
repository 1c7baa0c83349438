import { describe, expect, it } from 'vitest';
import {
  actionFor,
  MAX_CANARIES,
  newRun,
  type Redrive,
  withCanary,
  withLostCanaries,
  withOutcome,
} from '#operations/domain/redrive';

const at = '2026-11-01T00:00:00.000Z';
const until = '2026-11-01T00:00:50.000Z';
const none: Redrive = { codeVersion: 'v2', canaries: [], leaseUntil: at, version: 3 };
const letter = { consumer: 'work', cause: 'A' };
const sent = withCanary(none, letter, at);
const outcome = (outcome: 'handled' | 'failed', change: object = {}) => ({
  ...{ ...letter, codeVersion: 'v2', outcome },
  ...change,
});

describe('a run', () => {
  it('keeps the canaries of its version, and has the lease', () =>
    expect(newRun(sent, { codeVersion: 'v2', leaseUntil: until })).toEqual({ ...sent, leaseUntil: until, version: 5 }));

  it.each([
    [undefined, 1],
    [sent, 5],
  ])('of another version begins without canaries', (before, version) =>
    expect(newRun(before, { codeVersion: 'v3', leaseUntil: until })).toEqual({
      ...{ codeVersion: 'v3', canaries: [], leaseUntil: until, version },
    }),
  );
});

describe('a dead letter', () => {
  it('is the canary of its cause if the version of the code has none', () => {
    expect(actionFor(none, letter)).toBe('send_canary');
    expect(actionFor(sent, { ...letter, cause: 'B' })).toBe('send_canary');
    expect(actionFor(sent, { ...letter, consumer: 'other' })).toBe('send_canary');
  });

  it('waits for the canary of its cause, and goes back only once that was handled', () => {
    expect(actionFor(sent, letter)).toBe('leave');
    expect(actionFor(withOutcome(sent, outcome('failed')), letter)).toBe('leave');
    expect(actionFor(withLostCanaries(sent, '2026-11-01T00:15:00.000Z'), letter)).toBe('leave');
    expect(actionFor(withOutcome(sent, outcome('handled')), letter)).toBe('send_back');
  });

  it('goes back once in a version of the code, whatever its cause', () => {
    const handled = withOutcome(sent, outcome('handled'));
    expect(actionFor(handled, { ...letter, redriven: 'v2' })).toBe('leave');
    expect(actionFor(none, { ...letter, redriven: 'v2' })).toBe('leave');
    expect(actionFor(handled, { ...letter, redriven: 'v1' })).toBe('send_back');
  });

  it('waits for the next version if this one has had too many canaries', () => {
    const causes = Array.from({ length: MAX_CANARIES }, (_, n) => `cause-${n}`);
    const full = causes.reduce((redrive, cause) => withCanary(redrive, { consumer: 'work', cause }, at), none);
    expect(actionFor(full, letter)).toBe('leave');
  });
});

describe('a canary', () => {
  it('is lost 15 minutes after it was sent, and handled if its report arrives later', () => {
    expect(withLostCanaries(sent, '2026-11-01T00:14:59.999Z')).toBe(sent);
    const lost = withLostCanaries(sent, '2026-11-01T00:15:00.000Z');
    expect(lost.canaries).toEqual([{ ...letter, state: 'lost', sentAt: at }]);
    expect(withLostCanaries(lost, '2026-11-02T00:00:00.000Z')).toBe(lost);
    const later = withCanary(sent, { ...letter, cause: 'B' }, '2026-11-01T00:01:00.000Z');
    expect(withLostCanaries(later, '2026-11-01T00:15:30.000Z').canaries.map(({ state }) => state)).toEqual([
      ...['lost', 'sent'],
    ]);
    expect(withOutcome(lost, outcome('handled')).canaries).toEqual([{ ...letter, state: 'handled', sentAt: at }]);
  });

  it.each([
    ['another version', { codeVersion: 'v1' }],
    ['another consumer', { consumer: 'other' }],
    ['another cause', { cause: 'B' }],
  ])('is not changed by a report of %s', (_, change) =>
    expect(withOutcome(sent, outcome('handled', change))).toBe(sent),
  );

  it('that is known to be handled or failed is not changed by a repeated report', () => {
    const failed = withOutcome(sent, outcome('failed'));
    expect(withOutcome(failed, outcome('failed'))).toBe(failed);
  });
});
