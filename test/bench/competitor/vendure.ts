import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkOut } from './checkout.ts';
import { createGraphqlClient } from './graphql.ts';
import { installVendure, VENDURE_FOLDER } from './install.ts';
import type { StartSystem } from './system.ts';

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;

type ReadyMessage = {
  readonly origin: string;
  readonly variants: Readonly<Record<string, number>>;
  readonly shippingMethod: number;
};

/** Vendure in its own process, on the same version of Node as Breakwater. */
export const startVendure: StartSystem = async (products) => {
  await installVendure();
  const password = randomUUID();
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-vendure-'));
  const child = spawn(process.execPath, [join(VENDURE_FOLDER, 'server.mjs')], {
    cwd: VENDURE_FOLDER,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      VENDURE_DISABLE_TELEMETRY: 'true',
      VENDURE_BENCH: JSON.stringify({ folder, products, password }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid } = child;
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const killTimer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(killTimer);
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    const firstLine = once(createInterface({ input: child.stdout }), 'line', { signal });
    const earlyExit = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`Vendure exited with ${code} before it was ready`);
    });
    const [line] = (await Promise.race([firstLine, earlyExit])) as [string];
    if (pid === undefined) throw new Error('Vendure has no process');
    const { origin, variants, shippingMethod } = JSON.parse(line) as ReadyMessage;
    const shop = createGraphqlClient(`${origin}/shop-api`);
    const admin = createGraphqlClient(`${origin}/admin-api`);
    const { token } = await admin(
      'mutation ($password: String!) { login(username: "bench", password: $password) { __typename } }',
      { password },
    );
    const getSoldUnits = async (sku: string) => {
      const { data } = await admin(
        'query ($id: ID!) { productVariant(id: $id) { stockLevels { stockAllocated } } }',
        { id: String(variants[sku]) },
        token,
      );
      const { stockLevels } = data['productVariant'] as { stockLevels: readonly { stockAllocated: number }[] };
      return stockLevels.reduce((sum, { stockAllocated }) => sum + stockAllocated, 0);
    };
    const placeOrder = (sku: string, key: string) =>
      checkOut({ shop, variantId: String(variants[sku]), shippingMethod: String(shippingMethod), key });
    return { pid, placeOrder, getSoldUnits, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
