import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionId } from '#platform/manifest';
import { crashError } from '../../embedded/aws/lambda/function-error.ts';
import type { Interceptors } from '../../embedded/host/interceptors.ts';
import { type Chance, chanceOf } from '../sim/chance.ts';

/** The probability with which an invocation is killed, by the function's name. Other functions are not killed. */
export type KillRequest = { readonly seed: number; readonly odds: Readonly<Record<string, number>> };
export type KillResponse = { readonly killed: Readonly<Record<string, number>> };

const HOSTNAME = '127.0.0.1';
const MAX_DELAY_MS = 200;

type Options = {
  readonly nameOf: (id: FunctionId) => string;
  readonly crash: (id: FunctionId) => void;
};

/** Starts a server that kills functions. A PUT sets the probabilities, and the response has the kills since the last PUT; so has that of a GET. */
export const startKillServer = async ({ nameOf, crash }: Options) => {
  let odds: KillRequest['odds'] = {};
  let chances: Readonly<Record<string, Chance>> = {};
  let killed: Record<string, number> = {};

  const drawDelayMs = (name: string): number | undefined => {
    const chance = chances[name];
    if (!chance) return undefined;
    const [isKilled, exponent] = [chance.number() < (odds[name] ?? 0), chance.number()];
    return isKilled ? MAX_DELAY_MS ** exponent : undefined;
  };

  /** An invocation that ends before its kill has done its work, but its result is lost. */
  const invoke: NonNullable<Interceptors['invoke']> = async (id, _, act) => {
    const name = nameOf(id);
    const delayMs = drawDelayMs(name);
    const result = act();
    if (delayMs === undefined) return result;
    const done = result.then(
      () => true,
      () => true,
    );
    const hasEnded = await Promise.race([done, sleep(delayMs, false)]);
    killed[name] = (killed[name] ?? 0) + 1;
    crash(id);
    if (hasEnded) throw crashError(name);
    return result;
  };

  const setOdds = (request: KillRequest) => {
    odds = request.odds;
    chances = Object.fromEntries(Object.keys(odds).map((name) => [name, chanceOf(request.seed, name)]));
    killed = {};
  };

  const server = createServer(async (request, response) => {
    const output: KillResponse = { killed };
    if (request.method === 'PUT') setOdds((await json(request)) as KillRequest);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(output));
  });
  await new Promise<void>((resolve) => server.listen(0, HOSTNAME, resolve));
  return {
    url: `http://${HOSTNAME}:${(server.address() as AddressInfo).port}`,
    invoke,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
};
