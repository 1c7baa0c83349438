import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SENT_BACK, redriveDeadLetters } from '#operations/use-cases/redrive-dead-letters';
import { addMs } from '#platform/kernel';
import { inMemoryRedrive, type Letter } from './fixtures/in-memory-redrive.ts';

const START = '2026-11-01T00:00:00.000Z';
const letters = (count: number, cause: string, from = 0): Letter[] =>
  Array.from({ length: count }, (_, n) => ({ id: `${cause}${from + n}`, cause }));

const setUp = (initial: Readonly<Record<string, readonly Letter[]>>) => {
  let minute = 0;
  const fakes = inMemoryRedrive(initial);
  const now = () => addMs(START, minute * 60_000);
  const redrive = redriveDeadLetters({ ...fakes, now });
  return {
    ...fakes,
    /** The run of the next minute. */
    run: (codeVersion = 'v1', hasTimeLeft = () => true) => {
      minute += 1;
      fakes.showReports();
      return redrive(codeVersion, hasTimeLeft);
    },
    /** A second run of the same minute. */
    runAgain: (codeVersion = 'v1') => redrive(codeVersion, () => true),
    skip: (minutes: number) => {
      minute += minutes;
    },
  };
};

describe('a run', () => {
  it('reads and writes no item while there is no dead letter and no report', async () => {
    const { run, calls } = setUp({ work: [] });
    expect(await run()).toMatchObject({ canariesSent: [], sentBack: [] });
    expect(calls).toEqual(['isWaiting work', 'isWaiting reports']);
  });

  it('sends one dead letter of each cause and queue back as a canary, and leaves the others', async () => {
    const { run, sent, waiting } = setUp({
      work: [...letters(3, 'A'), ...letters(2, 'B')],
      other: letters(2, 'A', 10),
    });
    expect(await run()).toMatchObject({
      canariesSent: [
        { consumer: 'work', cause: 'A' },
        { consumer: 'work', cause: 'B' },
        { consumer: 'other', cause: 'A' },
      ],
    });
    expect(sent).toMatchObject([
      { consumer: 'work', id: 'A0', canary: true },
      { consumer: 'work', id: 'B0', canary: true },
      { consumer: 'other', id: 'A10', canary: true },
    ]);
    await run();
    expect(sent).toHaveLength(3);
    expect(waiting('work')).toEqual(['A1', 'A2', 'B1']);
  });

  it(`sends the others of a cause back once its canary was handled, at most ${MAX_SENT_BACK} of a queue`, async () => {
    const { run, sent, report, waiting } = setUp({ work: [...letters(MAX_SENT_BACK + 6, 'A'), ...letters(2, 'B')] });
    await run();
    report({ consumer: 'work', cause: 'A', codeVersion: 'v1', outcome: 'handled' });
    report({ consumer: 'work', cause: 'B', codeVersion: 'v1', outcome: 'failed' });
    expect(await run()).toMatchObject({
      handled: [{ consumer: 'work', cause: 'A' }],
      failed: [{ consumer: 'work', cause: 'B' }],
      sentBack: [{ consumer: 'work', count: MAX_SENT_BACK }],
    });
    expect(await run()).toMatchObject({ handled: [], failed: [], sentBack: [{ consumer: 'work', count: 5 }] });
    expect(waiting('work')).toEqual(['B1']);
    expect(sent.filter(({ canary }) => canary)).toHaveLength(2);
  });

  it('sends another canary of a failed cause only after the next deployment', async () => {
    const { run, sent, report, arrive } = setUp({ work: letters(2, 'A') });
    await run();
    report({ consumer: 'work', cause: 'A', codeVersion: 'v1', outcome: 'failed' });
    arrive('work', { id: 'A0', cause: 'A', redriven: 'v1' });
    for (let n = 0; n < 5; n += 1) await run();
    expect(sent.map(({ id }) => id)).toEqual(['A0']);
    await run('v2');
    expect(sent.map(({ id }) => id)).toEqual(['A0', 'A1']);
  });

  it('counts a canary without a report as lost after 15 minutes, says so once, and takes a late report', async () => {
    const { run, skip, sent, report } = setUp({ work: letters(2, 'A') });
    await run();
    skip(15);
    expect(await run()).toMatchObject({ lost: [{ consumer: 'work', cause: 'A' }] });
    expect(await run()).toMatchObject({ lost: [] });
    expect(sent).toHaveLength(1);
    report({ consumer: 'work', cause: 'A', codeVersion: 'v1', outcome: 'handled' });
    expect(await run()).toMatchObject({ sentBack: [{ consumer: 'work', count: 1 }] });
  });

  it('drops a report that nobody can read, and one of an older version', async () => {
    const { run, report, reportCount, sent } = setUp({ work: letters(2, 'A') });
    await run('v2');
    report(undefined);
    report({ consumer: 'work', cause: 'A', codeVersion: 'v1', outcome: 'handled' });
    expect(await run('v2')).toMatchObject({ handled: [], unreadable: 1 });
    expect([reportCount(), sent.length]).toEqual([0, 1]);
  });

  it('does nothing while another run has the lease, and leaves the reports to it', async () => {
    const { run, runAgain, report, reportCount } = setUp({ work: letters(2, 'A') });
    await run();
    report({ consumer: 'work', cause: 'A', codeVersion: 'v1', outcome: 'handled' });
    expect(await runAgain()).toBe('lease_held');
    expect(reportCount()).toBe(1);
  });

  it('stops if another run has written the state, before it sends a canary', async () => {
    const { run, sent, loseNextUpdates, waiting } = setUp({ work: letters(2, 'A') });
    loseNextUpdates([false, true]);
    expect(await run()).toBe('superseded');
    expect([sent, waiting('work')]).toEqual([[], ['A0', 'A1']]);
    loseNextUpdates([true]);
    expect(await run()).toBe('lease_held');
  });

  it('keeps the reports if another run has written the state', async () => {
    const { run, report, reportCount, loseNextUpdates } = setUp({ work: letters(2, 'A') });
    await run();
    report({ consumer: 'work', cause: 'A', codeVersion: 'v1', outcome: 'handled' });
    loseNextUpdates([false, true]);
    expect(await run()).toBe('superseded');
    expect(reportCount()).toBe(1);
  });

  it('ends when its time is over, and releases what it has received', async () => {
    const { run, waiting } = setUp({ work: letters(30, 'A'), other: letters(3, 'A') });
    let checks = 0;
    await run('v1', () => {
      checks += 1;
      return checks <= 2;
    });
    expect([waiting('work').length, waiting('other').length]).toEqual([29, 3]);
  });

  it('goes on with the other letters and the other queues where one fails, and reports how many failed', async () => {
    const { run, sent, refuse, waiting, failures } = setUp({
      bad: letters(2, 'A'),
      work: [...letters(1, 'A'), ...letters(1, 'B')],
      other: letters(1, 'A', 10),
    });
    refuse((call, subject) => (call === 'receive' && subject === 'bad') || (call === 'sendBack' && subject === 'A0'));
    expect(await run()).toMatchObject({ failedCalls: 2 });
    expect(failures).toEqual(['bad: Error: receive of bad is refused', 'work: Error: sendBack of A0 is refused']);
    expect(sent.map(({ id }) => id)).toEqual(['B0', 'A10']);
    expect(waiting('work')).toEqual(['A0']);
  });

  it('leaves a queue of which three letters cannot be sent to the next run', async () => {
    const { run, refuse, waiting } = setUp({ work: ['A', 'B', 'C', 'D'].flatMap((cause) => letters(1, cause)) });
    refuse((call) => call === 'sendBack');
    expect(await run()).toMatchObject({ failedCalls: 3 });
    expect(waiting('work')).toHaveLength(4);
  });

  it('takes what it cannot look at for empty, and says so', async () => {
    const { run, refuse, sent } = setUp({ bad: letters(1, 'A'), work: letters(1, 'A') });
    refuse((call, subject) => call === 'isWaiting' && subject !== 'work');
    expect(await run()).toMatchObject({ failedCalls: 2 });
    expect(sent.map(({ consumer }) => consumer)).toEqual(['work']);
    refuse((call) => call === 'isWaiting');
    expect(await run()).toMatchObject({ failedCalls: 3, canariesSent: [] });
  });

  it('counts no canary as lost while it cannot read all reports', async () => {
    const { run, skip, report, refuse } = setUp({ work: letters(2, 'A') });
    await run();
    report({ consumer: 'work', cause: 'A', codeVersion: 'v1', outcome: 'handled' });
    skip(15);
    refuse((call, subject) => call === 'receive' && subject === 'reports');
    expect(await run()).toMatchObject({ lost: [], handled: [], failedCalls: 1 });
    refuse((call) => call === 'remove');
    expect(await run()).toMatchObject({ lost: [], handled: [{ cause: 'A' }], failedCalls: 1 });
    refuse(() => false);
    expect(await run()).toMatchObject({ handled: [], failedCalls: 0 });
  });

  it('reads all reports before it counts a canary as lost', async () => {
    const causes = Array.from({ length: 25 }, (_, n) => `cause${n}`);
    const { run, skip, report } = setUp({ work: causes.flatMap((cause) => letters(2, cause)) });
    await run();
    for (const cause of causes) report({ consumer: 'work', cause, codeVersion: 'v1', outcome: 'handled' });
    skip(15);
    const after = await run();
    expect(after).toMatchObject({ lost: [], sentBack: [{ consumer: 'work', count: 25 }] });
  });

  it('receives a bounded number of messages of a queue', async () => {
    const { run, received } = setUp({ work: letters(1_000, 'A') });
    await run();
    expect(received('work')).toBe(300);
  });
});

it('sends all letters of a handled cause back at its bounded rate, although SQS answers with nothing now and then', () => {
  // Fails if the first empty answer ends the scan of a queue.
  const emptyOnce = fc.array(fc.boolean(), { maxLength: 40 }).map((answers) =>
    // long polling asks all servers, so that it is not empty twice in a row while messages wait
    answers.map((isEmpty, n) => isEmpty && !answers[n - 1]),
  );
  return fc.assert(
    fc.asyncProperty(fc.array(emptyOnce, { minLength: 4, maxLength: 4 }), async (runs) => {
      const { run, sent, report, answerEmpty, waiting } = setUp({ work: letters(201, 'A') });
      const counts: number[] = [];
      for (const answers of runs) {
        answerEmpty(answers);
        const before = sent.length;
        await run();
        counts.push(sent.length - before);
        if (before === 0) report({ consumer: 'work', cause: 'A', codeVersion: 'v1', outcome: 'handled' });
      }
      expect(counts).toEqual([1, MAX_SENT_BACK, MAX_SENT_BACK, 40]);
      expect(waiting('work')).toEqual([]);
    }),
  );
});

it('sends each dead letter back at most once in a version, one canary of a cause, and the others only after that was handled', () => {
  // Fails if `redriven` is ignored, if an outcome of another version counts, or if the state is written after the canary was sent.
  const cause = fc.constantFrom('A', 'B', 'unknown');
  const step = fc.oneof(
    fc.record({ deploys: fc.constant(true) }),
    fc.record({ arrives: cause }),
    fc.record({ fails: fc.boolean() }),
    fc.record({ minutes: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ loses: fc.boolean() }),
  );
  return fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
      const { run, runAgain, skip, sent, report, arrive, loseNextUpdates, bodies } = setUp({ work: letters(3, 'A') });
      const history: { id: string; cause: string; codeVersion: string; canary: boolean }[] = [];
      const handled = new Set<string>();
      let version = 'v1';
      let fails = false;
      let seen = 0;
      for (const [n, change] of steps.entries()) {
        if ('deploys' in change) version = `v${n + 2}`;
        if ('arrives' in change) arrive('work', { id: `n${n}`, cause: change.arrives });
        if ('fails' in change) fails = change.fails;
        if ('minutes' in change) skip(change.minutes);
        if ('loses' in change) loseNextUpdates([false, change.loses]);
        await run(version);
        await runAgain(version);
        for (const { id, canary, cause } of sent.slice(seen)) {
          const key = `${version} ${cause}`;
          if (!canary) expect(handled, `${id} was sent back without a canary`).toContain(key);
          history.push({ id, cause, codeVersion: version, canary });
          const outcome = fails ? 'failed' : 'handled';
          if (canary) report({ consumer: 'work', cause, codeVersion: version, outcome });
          if (canary && !fails) handled.add(key);
          if (fails) arrive('work', { id, cause, redriven: version });
        }
        seen = sent.length;
      }
      const moves = history.map(({ id, codeVersion }) => `${id} ${codeVersion}`);
      expect(new Set(moves).size).toBe(moves.length);
      const canaries = history
        .filter(({ canary }) => canary)
        .map(({ cause, codeVersion }) => `${cause} ${codeVersion}`);
      expect(new Set(canaries).size).toBe(canaries.length);
      for (const [id, body] of bodies()) expect(body).toBe(`body of ${id}`);
    }),
    { numRuns: 200 },
  );
});
