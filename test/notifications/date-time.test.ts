import { expect, it } from 'vitest';
import { formatDateTime } from '#notifications/domain/date-time';

it('names UTC if no other zone is given', () =>
  expect(formatDateTime('2026-11-26T14:30:00.000Z')).toBe('Thursday, 26 November 2026 at 14:30 UTC'));

// On 25 October 2026, 02:30 happens twice in Berlin: the name of the zone tells them apart.
it.each([
  ['Europe/Berlin', '2026-10-25T00:30:00.000Z', 'Sunday, 25 October 2026 at 02:30 CEST'],
  ['Europe/Berlin', '2026-10-25T01:30:00.000Z', 'Sunday, 25 October 2026 at 02:30 CET'],
  ['Europe/Berlin', '2026-03-29T01:00:00.000Z', 'Sunday, 29 March 2026 at 03:00 CEST'],
  ['Europe/London', '2026-06-30T23:30:00.000Z', 'Wednesday, 1 July 2026 at 00:30 BST'],
])('states the time of a zone, also around a change of the clocks: %s, %s', (zone, at, text) =>
  expect(formatDateTime(at, zone)).toBe(text),
);
