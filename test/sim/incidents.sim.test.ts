import { describe, expect, test } from 'vitest';
import { incidentNames } from './incidents/incident.ts';
import { playAll } from './incidents/play-all.ts';
import { tableText } from './incidents/report.ts';

/** The incident whose backlog the sweeper alone restarts, with enough orders to show the rate. */
const BACKLOG = { incident: 'bad-saga', load: 5 } as const;
const MAX_FIRST_PROGRESS_SECONDS = 60;
const MIN_RESTARTS_PER_SECOND = 100;

const played = playAll([...incidentNames.map((incident) => ({ incident, load: 1 })), BACKLOG]);
const figuresOf = async (name: string, load = 1) => {
  const found = (await played).find((result) => result.incident === name && result.load === load);
  if (!found) throw new Error(`${name} was not played`);
  return found.figures;
};

test('every incident is played to its end', async () => {
  const results = await played;
  console.log(tableText(results));
  expect(results.map(({ incident }) => incident)).toEqual([...incidentNames, BACKLOG.incident]);
});

describe.each(incidentNames)('%s', (name) => {
  test('loses no order, and expires none', async () => {
    expect(await figuresOf(name)).toMatchObject({ lost: 0, expired: 0, unsettled: 0 });
  });

  test('leaves the money where it belongs, and the table without a violation', async () => {
    expect(await figuresOf(name)).toMatchObject({ wrongMoney: 0, violations: [] });
  });

  test('leaves no dead letter', async () => {
    expect((await figuresOf(name)).deadLetters).toBe(0);
  });

  test('orders go on within a minute of the repair', async () => {
    const { firstProgress, firstRestart } = await figuresOf(name);
    const first = Math.min(firstProgress ?? Number.POSITIVE_INFINITY, firstRestart ?? Number.POSITIVE_INFINITY);
    expect(first).toBeLessThanOrEqual(MAX_FIRST_PROGRESS_SECONDS);
  });
});

describe('a large backlog', () => {
  test('loses no order', async () => {
    expect(await figuresOf(BACKLOG.incident, BACKLOG.load)).toMatchObject({ lost: 0, expired: 0, unsettled: 0 });
  });

  test('is restarted at 100 orders a second or more, from a minute after the repair on', async () => {
    const { firstRestart, busiestSecond } = await figuresOf(BACKLOG.incident, BACKLOG.load);
    expect(firstRestart ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(MAX_FIRST_PROGRESS_SECONDS);
    expect(busiestSecond).toBeGreaterThanOrEqual(MIN_RESTARTS_PER_SECOND);
  });
});
