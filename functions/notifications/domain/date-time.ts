import type { Instant } from '#platform/kernel';

/** Shops have no time zone of their own yet, so mails name this one beside every time. */
const DEFAULT_TIME_ZONE = 'UTC';

/**
 * A time as a person writes it, with its zone: `Thursday, 26 November 2026 at 14:30 UTC`. Seconds are dropped, so a deadline is never
 * stated later than it is. Its punctuation is ours, because the runtime's own differs from version to version.
 */
export const formatDateTime = (at: Instant, timeZone = DEFAULT_TIME_ZONE): string => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const),
    ...({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const),
  });
  const parts = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
  const { weekday, day, month, year, hour, minute, timeZoneName } = parts;
  return `${weekday}, ${day} ${month} ${year} at ${hour}:${minute} ${timeZoneName}`;
};
