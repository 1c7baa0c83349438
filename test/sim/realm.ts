/**
 * Imported before anything else of a worker: from here on time passes and chance falls as the simulation says, whoever asks, the
 * SDK included.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import FakeTimers from '@sinonjs/fake-timers';
import { type Chance, chanceOf } from './chance.ts';

const START = Date.UTC(2026, 0, 1);
const turn = setImmediate;

const clock = FakeTimers.install({
  now: START,
  toFake: [
    ...(['Date', 'performance', 'hrtime', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const),
    ...(['setImmediate', 'clearImmediate'] as const),
  ],
});

let steps = 0;
let chance: Chance = chanceOf(0, 'realm');

const fill = <T extends NodeJS.ArrayBufferView>(view: T): T => {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = chance.int(0, 255);
  return view;
};
const uuid = () => {
  const hex = Buffer.from(fill(new Uint8Array(16))).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
};
const refuse = (what: string) => () => {
  throw new Error(`${what}: chance that the simulation does not hold`);
};

Math.random = () => chance.number();
const replace = (target: object, by: Readonly<Record<string, unknown>>) => {
  for (const [name, value] of Object.entries(by)) Object.defineProperty(target, name, { value });
};
replace(crypto, {
  randomFillSync: fill,
  randomBytes: (size: number) => Buffer.from(fill(new Uint8Array(size))),
  randomUUID: uuid,
  randomInt: refuse('randomInt'),
  randomFill: refuse('randomFill'),
});
replace(globalThis.crypto, { getRandomValues: fill, randomUUID: uuid });
syncBuiltinESMExports();

/** Whatever runs on the machine's own time is no part of a simulation, and nothing of it repeats. */
const strayTimers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

export const realm = {
  /** The same time and the same chance for whoever simulates the seed again. */
  begin(seed: number) {
    clock.reset();
    steps = 0;
    clock.setSystemTime(START);
    chance = chanceOf(seed, 'realm');
  },
  now: () => clock.now - START,
  /** How many tasks have been run. */
  steps: () => steps,
  /** Runs the one task that is due next, and what follows from it at the same moment. False where nothing waits. */
  async step(): Promise<boolean> {
    if (clock.countTimers() === 0) return false;
    steps += 1;
    clock.next();
    await new Promise((resolve) => turn(resolve));
    return true;
  },
  /** Until all that was begun waits for time to pass. */
  settle: () => new Promise((resolve) => turn(resolve)),
  strayTimers,
};
