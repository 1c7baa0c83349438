import { describe, expect, it } from 'vitest';
import { pauseTable } from '#orders/table/deadline-pauses';
import { addMs } from '#platform/kernel';
import { at } from '../fixtures/order.ts';
import { createTestTable } from '../fixtures/table.ts';

const createPauses = () => {
  const table = createTestTable();
  let now = at;
  const pauses = pauseTable(table.rt, () => now);
  const setTime = (ms: number) => {
    now = addMs(at, ms);
  };
  return { ...table, pauses, setTime };
};

describe('the pauses of all deadlines', () => {
  it('are one item, which remembers when each began and ended, and why', async () => {
    const { pauses, setTime, itemAt } = createPauses();
    expect(await pauses.list()).toEqual([]);
    expect(await pauses.start('an incident')).toEqual({ ok: true, value: { from: at, reason: 'an incident' } });
    setTime(60_000);
    expect(await pauses.end()).toMatchObject({ ok: true, value: { from: at, until: addMs(at, 60_000) } });
    setTime(90_000);
    await pauses.start('another');
    expect(await pauses.list()).toEqual([
      { from: at, until: addMs(at, 60_000), reason: 'an incident' },
      { from: addMs(at, 90_000), reason: 'another' },
    ]);
    expect(await itemAt({ pk: 'due#pause', sk: 'pause' })).toMatchObject({ v: 3 });
  });

  it('refuse a second pause, and an end without one', async () => {
    const { pauses } = createPauses();
    expect(await pauses.end()).toEqual({ ok: false, error: 'not_paused' });
    await pauses.start('an incident');
    expect(await pauses.start('again')).toEqual({ ok: false, error: 'already_paused' });
    await pauses.end();
    expect(await pauses.end()).toEqual({ ok: false, error: 'not_paused' });
  });

  it.each([
    ['that starts the first one', async () => undefined],
    [
      'that starts another',
      async ({ pauses }: ReturnType<typeof createPauses>) => {
        await pauses.start('x');
        await pauses.end();
      },
    ],
  ])('lose a race against another operator without a write: one %s', async (_, prepare) => {
    const { pauses, rt, ...rest } = createPauses();
    await prepare({ pauses, rt, ...rest });
    const other = pauseTable(rt, () => at);
    const results = await Promise.all([pauses.start('mine'), other.start('theirs')]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results).toContainEqual({ ok: false, error: 'contended' });
    expect((await pauses.list()).filter(({ until }) => until === undefined)).toHaveLength(1);
  });

  it('are forgotten 90 days after their end', async () => {
    const { pauses, setTime } = createPauses();
    await pauses.start('old');
    await pauses.end();
    setTime(91 * 24 * 60 * 60_000);
    await pauses.start('new');
    expect((await pauses.list()).map(({ reason }) => reason)).toEqual(['new']);
  });
});
