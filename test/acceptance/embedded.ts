import { randomBytes } from 'node:crypto';
import { contexts } from '#contexts';
import { type FunctionId, names } from '#platform/manifest';
import type { Times } from '#platform/runtime/times';
import { createHost } from '../../embedded/host/host.ts';
import { listen } from '../../embedded/host/server.ts';
import { createSecrets } from '../fixtures/secrets.ts';
import type { Host } from './host.ts';
import { startKillServer } from './kills.ts';

/** Short enough for tests to wait for each, and longer than a rush of buyers takes. */
const times: Times = {
  paymentDeadlineMs: 8_000,
  standstillMs: 3_000,
  maxStandstillMs: 6_000,
  canaryMs: 2_500,
  parkAfterMs: 120_000,
  breaker: { failures: 5, windowMs: 30_000, openDurationMs: 5_000, probeLeaseMs: 5_000 },
  maxMailsPerMailbox: 20,
  listShards: { default: 3, tenants: {} },
};

const createKey = () => randomBytes(24).toString('base64url');

/** Starts the embedded host on a free port. It redelivers the messages of killed functions soon. */
export const startEmbedded = async (): Promise<{ host: Host; stop: () => Promise<void> }> => {
  const server = await listen(0);
  const { origin } = server;
  const stage = 'dev';
  const secrets = createSecrets(createKey);
  const shortDelays = { visibilityTimeoutMs: () => 1_000, scheduleIntervalMs: () => 1_000, times };
  const kills = await startKillServer({
    nameOf: names(stage).fn,
    crash: (id: FunctionId) => embedded.crashFunction(id),
  });
  const embedded = createHost({
    contexts,
    stage,
    origin,
    secrets,
    interceptors: { invoke: kills.invoke },
    ...shortDelays,
  });
  await embedded.loadFunctions();
  server.serve(embedded);
  const host: Host = {
    baseUrl: origin,
    operatorKey: secrets['operator-key'],
    providerUrl: origin,
    providerKey: secrets['provider-key'],
    callbackKey: secrets['provider-callback-key'],
    aws: { endpoint: origin, region: 'us-east-1', credentials: server.credential },
    stage,
    times,
    limits: { answerMs: 20_000, orderMs: 15_000, rushMs: 60_000, sweepMs: 5_000, deadLetterMs: 30_000 },
    buyersAtOnce: 200,
    maxRetries: 0,
    faults: { killsUrl: kills.url, orders: 60, customers: 12 },
  };
  const stop = async () => {
    await server.close();
    await kills.close();
    embedded.close();
  };
  return { host, stop };
};
