import { describe, expect, test } from 'vitest';
import type { Shop } from '../shop.ts';
import type { LoadName } from './loads.ts';
import { neighboursSection } from './neighbours.section.ts';
import type { Neighbour } from './neighbours.ts';
import { type Probe, probeTenant } from './probe.ts';

const createProbe = (p95Ms: number, unconfirmed = 0): Probe => {
  const latency = { p50Ms: 1, p95Ms, p99Ms: p95Ms };
  return { reads: latency, posts: latency, confirmed: latency, orders: 20, unconfirmed, failedReads: 0 };
};
const createNeighbour = (load: LoadName, besideMs: number, unconfirmed = 0): Neighbour => ({
  ...{ load, alone: createProbe(100), beside: createProbe(besideMs, unconfirmed), responses: { 202: 3 } },
});
const brokenBy = (...neighbour: Parameters<typeof createNeighbour>) =>
  neighboursSection.brokenBudgets([createNeighbour(...neighbour)]);

describe('the budget beside a load', () => {
  test('is twice the time alone plus 250 ms', () => {
    expect(brokenBy('order-flood', 450)).toEqual([]);
    expect(brokenBy('order-flood', 451)).toEqual([
      'neighbours order-flood: p95 to confirmed 451 ms instead of 450 ms, 0 orders unconfirmed',
    ]);
  });

  test('is tighter beside slow charges, which only wait', () => {
    expect(brokenBy('slow-charges', 170)).toEqual([]);
    expect(brokenBy('slow-charges', 171)).toHaveLength(1);
  });

  test('allows no unconfirmed order', () => {
    expect(brokenBy('hot-sku', 100, 1)).toHaveLength(1);
  });

  test('a row over its budget says FAILED', () => {
    const text = neighboursSection.text([createNeighbour('order-flood', 451), createNeighbour('hot-sku', 450)]);
    expect(text.match(/FAILED/g)).toHaveLength(1);
  });
});

describe('the probe of a tenant', () => {
  const DELAY_MS = 300;
  /** A shop that takes some time for each order and confirms it with its response. */
  const createShop = (status: number): Shop => {
    const request: Shop['request'] = async ({ method }) => {
      if (method === 'POST') await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
      const history = [{ at: new Date().toISOString(), status: 'confirmed' }];
      return { status, text: JSON.stringify({ id: 'a', status: 'confirmed', history }) };
    };
    const call: Shop['call'] = async (options) => {
      const { text } = await request(options);
      if (status >= 300) throw new Error(text);
      return JSON.parse(text);
    };
    return { request, call };
  };

  test('counts each latency from the moment at which the request was due', async () => {
    const probe = await probeTenant(createShop(200), { durationMs: 600, name: 'probe' });
    expect(probe).toMatchObject({ orders: 2, unconfirmed: 0, failedReads: 0 });
    expect(probe.posts.p50Ms).toBeGreaterThanOrEqual(DELAY_MS - 1);
    expect(probe.confirmed.p50Ms).toBeGreaterThanOrEqual(DELAY_MS - 1);
  });

  test('counts a refused order as unconfirmed, at the time limit', async () => {
    const probe = await probeTenant(createShop(429), { durationMs: 100, name: 'probe' });
    expect(probe).toMatchObject({ orders: 1, unconfirmed: 1, failedReads: 1, confirmed: { p95Ms: 60_000 } });
  });
});
