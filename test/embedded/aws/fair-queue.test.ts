import { expect, it } from 'vitest';
import { createQueue, type Message } from '../../../embedded/aws/sqs/queue.ts';
import { createVirtualClock } from '../../../embedded/aws/virtual-clock.ts';

const VISIBILITY_MS = 30_000;

const setUp = () => {
  const clock = createVirtualClock();
  let ids = 0;
  const queue = createQueue({ name: 'work', visibilityMs: VISIBILITY_MS }, { clock, newId: () => `id-${++ids}` });
  return {
    clock,
    queue,
    send: (count: number, group?: string) => {
      for (let n = 0; n < count; n += 1) queue.send({ body: `${group}`, group });
    },
    receive: (count: number) => Array.from({ length: count }, () => queue.receive(1)).flat(),
  };
};
const bodies = (messages: readonly Message[]) => messages.map(({ body }) => body).join('');

it('delivers in the order of arrival while no group is noisy', () => {
  const { send, receive } = setUp();
  for (const group of ['a', 'b', 'a', 'c', 'a']) send(1, group);
  expect(bodies(receive(9))).toBe('abaca');
});

it('delivers other groups first once a group has 30 messages in flight, and not with 29', () => {
  const { send, receive } = setUp();
  send(100, 'a');
  receive(29);
  send(1, 'b');
  send(1, 'c');
  // the thirtieth of a, which arrived before b
  expect(bodies(receive(1))).toBe('a');
  expect(bodies(receive(3))).toBe('bca');
});

it('does not hold a group for noisy with a tenth of the messages in flight', () => {
  const { send, receive } = setUp();
  send(30, 'a');
  for (let n = 0; n < 270; n += 1) send(1, `g${n}`);
  receive(300);
  send(1, 'a');
  send(1, 'b');
  expect(bodies(receive(2))).toBe('ab');
  // 31 of 302 are more than a tenth
  send(1, 'a');
  send(1, 'c');
  expect(bodies(receive(2))).toBe('ca');
});

it('measures a group by the messages that are in flight now, not by those that were', async () => {
  const { clock, queue, send, receive } = setUp();
  for (let n = 0; n < 400; n += 1) send(1, `g${n}`);
  for (const { receipt } of receive(200)) queue.delete(receipt);
  receive(200);
  await clock.advance(VISIBILITY_MS);
  for (const { receipt } of receive(200)) queue.delete(receipt);
  send(60, 'a');
  receive(30);
  send(1, 'b');
  expect(bodies(receive(2))).toBe('ba');
});

it('counts a message as in flight until it is deleted', () => {
  const { queue, send, receive } = setUp();
  send(60, 'a');
  const [first] = receive(29);
  queue.delete(first?.receipt ?? '');
  receive(1);
  send(1, 'b');
  expect(bodies(receive(2))).toBe('ab');
});

it('counts a message as in flight as long as a consumer hides it', async () => {
  const { clock, queue, send, receive } = setUp();
  send(60, 'a');
  for (const { receipt } of receive(29)) queue.changeVisibility(receipt, VISIBILITY_MS * 2);
  await clock.advance(VISIBILITY_MS);
  send(1, 'b');
  expect(bodies(receive(2))).toBe('ab');
});

it('does not count a message that is visible again', async () => {
  const { clock, send, receive } = setUp();
  send(60, 'a');
  receive(29);
  await clock.advance(VISIBILITY_MS);
  receive(1);
  send(1, 'b');
  expect(bodies(receive(2))).toBe('aa');
});

it('holds a group for noisy until none of its messages waits', () => {
  const { queue, send, receive } = setUp();
  send(60, 'a');
  for (const { receipt } of receive(30)) queue.delete(receipt);
  send(1, 'b');
  expect(bodies(receive(1))).toBe('b');
  // some stay in flight
  for (const { receipt } of receive(30).slice(1)) queue.delete(receipt);
  send(1, 'a');
  send(1, 'b');
  expect(bodies(receive(2))).toBe('ab');
});

it('delivers the noisy group with the fewest messages in flight first, and noisy groups as before where nothing else waits', () => {
  const { send, receive } = setUp();
  send(40, 'a');
  receive(40);
  send(30, 'b');
  receive(30);
  send(2, 'a');
  send(2, 'b');
  expect(bodies(receive(9))).toBe('bbaa');
});

it('takes each message without a group for a group of its own', () => {
  const { send, receive } = setUp();
  send(60);
  receive(40);
  send(1, 'b');
  expect(bodies(receive(1))).toBe('undefined');
});

it('lets 1,000 messages of another group pass 20,000 of a noisy one', () => {
  const { queue, send, receive } = setUp();
  send(20_000, 'a');
  receive(30);
  for (let n = 0; n < 1_000; n += 1) {
    send(1, 'b');
    const [message] = receive(1);
    expect(message?.body).toBe('b');
    queue.delete(message?.receipt ?? '');
  }
  expect(queue.counts()).toEqual({ visible: 19_970, hidden: 30 });
  queue.purge();
  expect(queue.counts()).toEqual({ visible: 0, hidden: 0 });
});
