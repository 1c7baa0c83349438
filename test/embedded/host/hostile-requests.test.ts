import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { contexts, problems } from '#contexts';
import { createHost } from '../../../embedded/host/host.ts';
import { seed, toApiKey } from '../../../embedded/host/seed.ts';
import { listen } from '../../../embedded/host/server.ts';
import { secrets } from '../../fixtures/secrets.ts';
import { framing, hostileRequest, toWire } from './hostile-requests.ts';
import { type RawResponse, sendRaw } from './raw-http.ts';

const demo = { tenantId: 'demo', secret: '0123456789abcdef' };
const authorization = `Bearer ${toApiKey(demo)}`;

// slow requests end soon, so that a request whose body never arrives does not delay the test
const server = await listen(0, { headersTimeoutMs: 300, requestTimeoutMs: 300, checkIntervalMs: 50 });
const host = createHost({ contexts, secrets, origin: server.origin });
await seed(host, demo);
server.serve(host);

afterAll(async () => {
  await server.close();
  host.close();
});

/** Whatever a client sends, the answer is a success or a problem document that says what to do, and never a server error. */
const expectClearAnswer = ({ status, headers, body }: RawResponse, isHead: boolean) => {
  expect(status, body).toBeLessThan(500);
  if (status === 401) expect(headers['www-authenticate'] ?? headers['x-amzn-remapped-www-authenticate']).toMatch(/^\S/);
  if (status === 405) expect(headers['allow']).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
  if (status === 415) expect(headers['accept'] ?? headers['accept-encoding']).toMatch(/^\S/);
  if (status < 400) return;
  expect(headers['content-type'], `${status}`).toBe('application/problem+json');
  if (isHead) return expect(body).toBe('');
  const document = JSON.parse(body);
  expect(problems).toHaveProperty([document.code]);
  expect(document.status).toBe(status);
};

it('answers every request over a socket with a success or a clear problem', { timeout: 120_000 }, () =>
  // Red before the server answered what Node refuses, before 405, and while a query could be named `constructor`.
  fc.assert(
    fc.asyncProperty(hostileRequest(authorization), framing, async (request, how) => {
      expectClearAnswer(await sendRaw(server.origin, [toWire(request, how)]), request.method === 'HEAD');
    }),
    { numRuns: 300 },
  ),
);

const texts = fc.oneof(fc.constant(undefined), fc.string({ unit: 'binary', maxLength: 20 }), fc.constant('\ud800\0'));

it('answers every request in the process with a success or a clear problem', { timeout: 120_000 }, () =>
  // Red while a header could be named `__proto__`, and before bodies were read as UTF-8.
  fc.assert(
    fc.asyncProperty(hostileRequest(authorization), texts, async ({ headers, ...request }, text) => {
      const more = text === undefined ? [] : [['Idempotency-Key', text] as const, ['x-correlation-id', text] as const];
      const target = text === undefined ? request.target : `${request.target}${text}`;
      const response = await host.request({ ...request, target, headers: [...headers, ...more] });
      const pairs = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
      expectClearAnswer({ ...response, headers: Object.fromEntries(pairs) }, request.method === 'HEAD');
    }),
    { numRuns: 1_000 },
  ),
);
