import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkout } from './checkout.ts';
import { graphql } from './graphql.ts';
import { HOME, install } from './install.ts';
import type { Start } from './side.ts';

const START_MS = 120_000;
const STOP_MS = 30_000;

type Ready = {
  readonly origin: string;
  readonly variants: Readonly<Record<string, number>>;
  readonly shippingMethod: number;
};

/** Vendure, in a process of its own, on the same Node as Breakwater. */
export const vendure: Start = async (products) => {
  await install();
  const password = randomUUID();
  const folder = await mkdtemp(join(tmpdir(), 'breakwater-vendure-'));
  const child = spawn(process.execPath, [join(HOME, 'server.mjs')], {
    cwd: HOME,
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
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(tooLong);
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const signal = AbortSignal.timeout(START_MS);
    const first = once(createInterface({ input: child.stdout }), 'line', { signal });
    const early = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`Vendure ended with ${code} before it was ready`);
    });
    const [line] = (await Promise.race([first, early])) as [string];
    if (pid === undefined) throw new Error('Vendure has no process');
    const { origin, variants, shippingMethod } = JSON.parse(line) as Ready;
    const shop = graphql(`${origin}/shop-api`);
    const admin = graphql(`${origin}/admin-api`);
    const { token } = await admin(
      'mutation ($password: String!) { login(username: "bench", password: $password) { __typename } }',
      { password },
    );
    const taken = async (sku: string) => {
      const { data } = await admin(
        'query ($id: ID!) { productVariant(id: $id) { stockLevels { stockAllocated } } }',
        { id: String(variants[sku]) },
        token,
      );
      const { stockLevels } = data['productVariant'] as { stockLevels: readonly { stockAllocated: number }[] };
      return stockLevels.reduce((sum, { stockAllocated }) => sum + stockAllocated, 0);
    };
    const order = (sku: string, key: string) => checkout(shop, String(variants[sku]), String(shippingMethod), key);
    return { pid, order, taken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
