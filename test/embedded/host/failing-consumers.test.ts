import { afterEach, describe, expect, it } from 'vitest';
import { PermanentError } from '#platform/runtime/permanent-error';
import { HOUR, MINUTE, openFailingShop, saleMade } from './failing-shop.ts';

let close = () => {};
afterEach(() => close());

const open = async () => {
  const failingShop = await openFailingShop();
  close = failingShop.host.close;
  return failingShop;
};

const away = () => new Error('the service is away');
const poison = () => new PermanentError('nobody can handle this');

describe('a consumer that fails on every message', () => {
  it.each([
    ['5 minutes', 5 * MINUTE],
    ['an hour', HOUR],
    ['23 hours', 23 * HOUR],
    ['24 hours', 24 * HOUR],
  ])('for %s has no dead letter, and handles everything within an hour after it is repaired', async (_, ms) => {
    const { pass, send, fail, handled, tries, deadLetterCount } = await open();
    fail(away);
    await send('a', 'b');
    await pass(ms / 2);
    await send('c');
    await pass(ms / 2);
    expect([handled, await deadLetterCount()]).toEqual([[], 0]);
    // far fewer than the receives after which the queue gives up
    for (const count of tries.values()) expect(count).toBeLessThan(60);
    fail(() => undefined);
    await pass(HOUR);
    expect([[...handled].sort(), await deadLetterCount()]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('for four days makes the message a dead letter with its error', async () => {
    const { pass, send, fail, tries, deadLetters } = await open();
    fail(away);
    await send('a');
    await pass(4 * 24 * HOUR + HOUR);
    expect(await deadLetters()).toMatchObject([
      { MessageAttributes: { error: { StringValue: 'Error: the service is away' } } },
    ]);
    expect(tries.get('a')).toBeGreaterThan(100);
    expect(tries.get('a')).toBeLessThan(250);
  });
});

describe('a consumer that cannot run', () => {
  it('for 24 hours has no dead letter, and handles everything afterwards', async () => {
    const { pass, send, crash, handled, deadLetterCount } = await open();
    crash(true);
    await send('a', 'b');
    await pass(24 * HOUR);
    expect(await deadLetterCount()).toBe(0);
    crash(false);
    await pass(5 * MINUTE);
    expect(handled.sort()).toEqual(['a', 'b']);
  });

  it('has dead letters after 1,000 receives, which keep the time at which they were sent', async () => {
    const { pass, now, send, crash, handled, deadLetters } = await open();
    crash(true);
    const sentAt = now();
    await send('a');
    await pass(1_000 * 120_000 + 10_000);
    const [letter] = await deadLetters();
    expect(letter?.Attributes).toMatchObject({ SentTimestamp: String(sentAt) });
    expect(letter?.MessageAttributes).toBeUndefined();
    // its cause is unknown, and it is tried again like any other
    crash(false);
    await pass(5 * MINUTE);
    expect(handled).toEqual(['a']);
  });
});

describe('a message that can never be handled', () => {
  it('is a dead letter at once, and the messages beside it are handled', async () => {
    const { pass, send, fail, handled, tries, deadLetters } = await open();
    fail((id) => (id === 'bad' ? poison() : undefined));
    await send('good', 'bad');
    await pass(1_000);
    expect([handled, tries.get('bad')]).toEqual([['good'], 1]);
    const [letter] = await deadLetters();
    expect(letter?.Body).toBe(JSON.stringify(saleMade('bad')));
    expect(letter?.Attributes['MessageGroupId']).toBe('t1');
    expect(letter?.MessageAttributes?.['error']?.StringValue).toBe('PermanentError: nobody can handle this');
  });

  it('is tried again once per version of the code, one of each cause, and then the others follow', async () => {
    const { host: opened, pass, send, fail, handled, tries, deadLetterCount } = await open();
    const repaired = new Set<string>();
    fail((id) => (repaired.has(id[0] ?? '') ? undefined : new PermanentError(`no ${id[0]}`)));
    await send('a1', 'a2', 'a3', 'b1', 'b2');
    await pass(10 * MINUTE);
    const total = () => [...tries.values()].reduce((sum, count) => sum + count, 0);
    // each once, and one of each cause in the version that is deployed
    expect([total(), await deadLetterCount()]).toEqual([7, 5]);

    repaired.add('a');
    await pass(HOUR);
    expect([total(), await deadLetterCount()]).toEqual([7, 5]);
    opened.deploy('v2');
    await pass(10 * MINUTE);
    expect([[...handled].sort(), total(), await deadLetterCount()]).toEqual([['a1', 'a2', 'a3'], 11, 2]);

    repaired.add('b');
    opened.deploy('v3');
    await pass(10 * MINUTE);
    expect([[...handled].sort(), await deadLetterCount()]).toEqual([['a1', 'a2', 'a3', 'b1', 'b2'], 0]);
  });

  it('keeps its body and the time at which it was first received, however often it is sent back', async () => {
    const { host: opened, pass, now, sendBody, deadLetters } = await open();
    const body = ' {"größe": "👍\\u0000"\t} ';
    const firstReceived = new Date(now()).toISOString();
    await sendBody(body);
    for (const version of ['v1', 'v2', 'v3']) {
      opened.deploy(version);
      let letters = await deadLetters();
      // a run of the redrive hides letters while it looks at them
      for (let n = 0; n < 20 && letters[0]?.MessageAttributes?.['redriven']?.StringValue !== version; n += 1) {
        await pass(MINUTE + 7_000);
        letters = await deadLetters();
      }
      const [letter, ...others] = letters;
      expect(others).toEqual([]);
      expect(letter?.Body).toBe(body);
      const attributes = Object.entries(letter?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
        name,
        StringValue,
      ]);
      expect(Object.fromEntries(attributes)).toEqual({
        error: expect.stringContaining('detail-type'),
        cause: expect.stringMatching(/^\w+-[0-9a-f]{8}$/),
        ...{ firstReceived, redriven: version },
      });
    }
  });

  it('is one canary, although two runs of the redrive start at once', async () => {
    const { host: opened, pass, send, fail, tries } = await open();
    fail(poison);
    await send('a', 'b', 'c');
    await pass(1_000);
    let ended = 0;
    for (let n = 0; n < 3; n += 1) void opened.runSchedule('operations-redrive').then(() => (ended += 1));
    for (let n = 0; n < 60 && ended < 3; n += 1) await pass(5_000);
    expect(ended).toBe(3);
    expect([...tries.values()].sort()).toEqual([1, 1, 2]);
  });

  it('is no canary for ever: one whose function cannot run is lost, and its cause waits for the next version', async () => {
    const { host: opened, pass, send, fail, crash, handled, deadLetterCount } = await open();
    fail(poison);
    await send('a', 'b');
    await pass(1_000);
    fail(() => undefined);
    crash(true);
    await pass(HOUR);
    expect([handled, await deadLetterCount()]).toEqual([[], 1]);
    opened.deploy('v2');
    crash(false);
    await pass(10 * MINUTE);
    expect([[...handled].sort(), await deadLetterCount()]).toEqual([['a', 'b'], 0]);
  });
});
