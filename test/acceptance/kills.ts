import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionId } from '#platform/manifest';
import { crashError } from '../../embedded/aws/lambda/function-error.ts';
import type { Interceptors } from '../../embedded/host/interceptors.ts';
import { type Chance, chanceOf } from '../sim/chance.ts';

/** How likely each function is killed in an invocation, by its name; no other is. */
export type Kills = { readonly seed: number; readonly odds: Readonly<Record<string, number>> };
export type Killed = { readonly killed: Readonly<Record<string, number>> };

const HOSTNAME = '127.0.0.1';
const LONGEST_MS = 200;

type Options = {
  readonly nameOf: (id: FunctionId) => string;
  readonly crash: (id: FunctionId) => void;
};

/** Kills functions on request, which says how likely and learns how many it has been since the last one. */
export const startKills = async ({ nameOf, crash }: Options) => {
  let odds: Kills['odds'] = {};
  let chances: Readonly<Record<string, Chance>> = {};
  let killed: Record<string, number> = {};

  const draw = (name: string): number | undefined => {
    const chance = chances[name];
    if (!chance) return undefined;
    const [falls, force] = [chance.number() < (odds[name] ?? 0), chance.number()];
    return falls ? LONGEST_MS ** force : undefined;
  };

  /** An invocation that is over sooner than the blow falls has done its work, and nobody hears of it. */
  const invoke: NonNullable<Interceptors['invoke']> = async (id, _, act) => {
    const name = nameOf(id);
    const ms = draw(name);
    const answered = act();
    if (ms === undefined) return answered;
    const done = answered.then(
      () => true,
      () => true,
    );
    const over = await Promise.race([done, sleep(ms, false)]);
    killed[name] = (killed[name] ?? 0) + 1;
    crash(id);
    if (over) throw crashError(name);
    return answered;
  };

  const server = createServer(async (request, response) => {
    const asked = (await json(request)) as Kills;
    odds = asked.odds;
    chances = Object.fromEntries(Object.keys(odds).map((name) => [name, chanceOf(asked.seed, name)]));
    const told: Killed = { killed };
    killed = {};
    response.setHeader('content-type', 'application/json').end(JSON.stringify(told));
  });
  await new Promise<void>((resolve) => server.listen(0, HOSTNAME, resolve));
  return {
    url: `http://${HOSTNAME}:${(server.address() as AddressInfo).port}`,
    invoke,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
};
