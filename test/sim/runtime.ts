/**
 * Replaces the machine's time, timers and random sources by simulated ones, also for libraries such as the SDK. A worker imports this
 * module before any other, because a module may read the clock or a random number while it loads.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import FakeTimers from '@sinonjs/fake-timers';
import { type Chance, chanceOf } from './chance.ts';

const START = Date.UTC(2026, 0, 1);
const realSetImmediate = setImmediate;

const clock = FakeTimers.install({
  now: START,
  toFake: [
    ...(['Date', 'performance', 'hrtime', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const),
    ...(['setImmediate', 'clearImmediate'] as const),
  ],
});

let steps = 0;
/** Another label would change the trace of every seed. */
const CHANCE_LABEL = 'realm';
let chance: Chance = chanceOf(0, CHANCE_LABEL);

const fill = <T extends NodeJS.ArrayBufferView>(view: T): T => {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = chance.int(0, 255);
  return view;
};
const uuid = () => {
  const hex = Buffer.from(fill(new Uint8Array(16))).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
};
const reject = (name: string) => () => {
  throw new Error(`${name} is a random source that the simulation does not control`);
};

Math.random = () => chance.number();
const replace = (target: object, replacements: Readonly<Record<string, unknown>>) => {
  for (const [name, value] of Object.entries(replacements)) Object.defineProperty(target, name, { value });
};
replace(crypto, {
  randomFillSync: fill,
  randomBytes: (size: number) => Buffer.from(fill(new Uint8Array(size))),
  randomUUID: uuid,
  randomInt: reject('randomInt'),
  randomFill: reject('randomFill'),
});
replace(globalThis.crypto, { getRandomValues: fill, randomUUID: uuid });
syncBuiltinESMExports();

/** The number of real timers. What runs on the machine's own time is outside the simulation and does not repeat. */
const strayTimers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

export const runtime = {
  /** Sets time and random numbers to the start of this seed. Each simulation of the seed gets the same ones. */
  reset(seed: number) {
    clock.reset();
    steps = 0;
    clock.setSystemTime(START);
    chance = chanceOf(seed, CHANCE_LABEL);
  },
  /** Milliseconds since the start of the run. */
  now: () => clock.now - START,
  /** The number of timers that have fired. */
  steps: () => steps,
  /** Fires the next timer and runs what follows from it at the same moment. False if no timer is left. */
  async step(): Promise<boolean> {
    if (clock.countTimers() === 0) return false;
    steps += 1;
    clock.next();
    await new Promise((resolve) => realSetImmediate(resolve));
    return true;
  },
  /** Resolves once everything waits for a timer. */
  settle: () => new Promise((resolve) => realSetImmediate(resolve)),
  strayTimers,
};
