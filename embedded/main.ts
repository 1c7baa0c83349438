import { manifests } from '#manifests';
import { createHost } from './host.ts';
import { machineRandom } from './random.ts';
import { apiKeyOf, seed } from './seed.ts';
import { listen } from './server.ts';
import { SettingsError, settingsOf } from './settings.ts';

/** Ends the process with one line for what its user can put right, and with the whole error for what only we can. */
const giveUp = (error: unknown): never => {
  const { code, message, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE') console.error(`Port ${port} is taken: set PORT to another one.`);
  else console.error(error instanceof SettingsError || code === 'EACCES' ? message : error);
  process.exit(1);
};

const welcome = (origin: string, apiKey: string, operatorKey: string) => `Breakwater answers on ${origin}

  API key of the demo tenant   ${apiKey}
  operator's key               ${operatorKey}

Place an order, then read it:

  curl -s ${origin}/v1/orders -H 'Authorization: Bearer ${apiKey}' \\
    -H 'Content-Type: application/json' -H 'Idempotency-Key: first-order' \\
    -d '{"lines":[{"sku":"mug","quantity":2}],"customer":{"email":"a@example.com"},"payment":{"token":"tok_ok"}}'

  curl -s ${origin}/v1/orders -H 'Authorization: Bearer ${apiKey}'

Everything is in memory. Ctrl-C stops it.`;

const start = async () => {
  const random = machineRandom();
  const { port, demo, operatorKey, logLevel } = settingsOf(process.env, random);
  const server = await listen(port);
  const { origin } = server;
  const madeUp = () => Buffer.from(random.bytes(24)).toString('base64url');
  const secrets = {
    'operator-key': operatorKey,
    'provider-key': madeUp(),
    'provider-callback-key': madeUp(),
  };
  const host = createHost({ manifests, origin, secrets, logLevel, random });
  await Promise.all([seed(host, demo), host.warm()]);
  server.serve(host);
  console.log(welcome(origin, apiKeyOf(demo), operatorKey));

  const stop = async () => {
    await server.close();
    host.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().catch(giveUp));
};

start().catch(giveUp);
