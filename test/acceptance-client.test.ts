import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { createClient } from './acceptance/client.ts';
import { pollUntil } from './acceptance/poll.ts';
import { listOrders, type Shop } from './acceptance/shop.ts';

const { host } = vi.hoisted(() => ({ host: { baseUrl: '', limits: { answerMs: 5_000, orderMs: 5_000 } } }));
vi.mock('./acceptance/host.ts', () => ({ host }));
const { retries } = vi.hoisted(() => ({ retries: [] as string[] }));
vi.mock('./acceptance/retries.ts', () => ({
  recordRetry: ({ method, status }: { method: string; status: number }) => retries.push(`${method} ${status}`),
}));

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown };
const emptyPage: Answer = { status: 200, body: { items: [], next: null } };
const problem = (status: number, code: string, headers = {}): Answer => ({ status, headers, body: { status, code } });

/** What the server answers, one after the other, and then an empty page. */
let answers: Answer[] = [];
let requests: string[] = [];
const server = createServer((request, response: ServerResponse) => {
  requests.push(`${request.method} ${request.headers['idempotency-key'] ?? ''}`);
  const { status, headers = {}, body } = answers.shift() ?? emptyPage;
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
});
const shop: Shop = { ...createClient('key'), tenantId: 'acme' };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  answers = [];
  requests = [];
  retries.length = 0;
});
afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

it('reports the status and the body of an answer that the test does not expect', async () => {
  answers = [problem(403, 'forbidden')];
  await expect(listOrders(shop)).rejects.toThrow(/^GET .*\/v1\/orders.* answered 403 .*"code":"forbidden"/);
});

it.each([
  problem(429, 'throttled'),
  problem(502, 'bad_gateway'),
  problem(503, 'unavailable', { 'retry-after': '1', 'x-correlation-id': 'c' }),
  problem(504, 'timeout'),
  // the gateway's own, because every function answers with a correlation id
  problem(500, 'internal'),
  { status: 500, body: 'Error in apigateway invocation' },
])('sends a request again that was answered with $status, with the same key, and counts it', async (answer) => {
  answers = [answer];
  expect(await listOrders(shop)).toEqual([]);
  answers = [answer];
  await shop.place({}, 'one-key');
  expect(requests).toEqual(['GET ', 'GET ', 'POST one-key', 'POST one-key']);
  expect(retries).toEqual([`GET ${answer.status}`, `POST ${answer.status}`]);
});

it('does not send a request again whose function failed', async () => {
  answers = [problem(500, 'internal', { 'x-correlation-id': 'c' })];
  await expect(listOrders(shop)).rejects.toThrow('answered 500');
  expect(requests).toHaveLength(1);
});

it('polls as often on a busy machine as on an idle one', async () => {
  let now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  let reads = 0;
  const readSlowly = async () => {
    now += 3_600_000;
    reads += 1;
    return reads;
  };
  expect(await pollUntil(1_000, readSlowly, (count) => count === 3)).toBe(3);
  await expect(pollUntil(100, readSlowly, () => false)).rejects.toThrow('not accepted within 100 ms');
  vi.restoreAllMocks();
});
