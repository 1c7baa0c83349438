import { contexts } from '#contexts';
import { secretNamesOf } from '#platform/manifest';
import { createSystemRandom } from '../aws/random.ts';
import { writeCredentialFile } from './credential.ts';
import { createHost } from './host.ts';
import { seed, toApiKey } from './seed.ts';
import { type HttpServer, listen } from './server.ts';
import { readSettings, refuseArguments, SettingsError } from './settings.ts';

/** The port is reserved, or the file of the credential cannot be written. */
const USER_ERRORS = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC']);

/** Exits with one line for an error that the user can correct, and with the stack trace for a defect. */
const exitWithError = (error: unknown): never => {
  const { code, message, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE') console.error(`Port ${port} is already in use. Set PORT to another one.`);
  else console.error(error instanceof SettingsError || USER_ERRORS.has(code ?? '') ? message : error);
  process.exit(1);
};

type Welcome = {
  readonly server: HttpServer;
  readonly apiKey: string;
  readonly operatorKey: string;
  readonly credentialPath: string;
};

const welcomeText = ({
  server: { origin, credential },
  apiKey,
  operatorKey,
  credentialPath,
}: Welcome) => `Breakwater answers on ${origin}

  API key of the demo tenant   ${apiKey}
  operator's key               ${operatorKey}
  AWS access key id            ${credential.accessKeyId}
  AWS secret access key        ${credential.secretAccessKey}

Place an order, then read it:

  curl -s ${origin}/v1/orders -H 'Authorization: Bearer ${apiKey}' \\
    -H 'Content-Type: application/json' -H 'Idempotency-Key: first-order' \\
    -d '{"lines":[{"sku":"mug","quantity":2}],"customer":{"email":"a@example.com"},"payment":{"token":"tok_ok"}}'

  curl -s ${origin}/v1/orders -H 'Authorization: Bearer ${apiKey}'

For the AWS CLI and the operator's commands: . ${credentialPath}
Everything is in memory. Ctrl-C stops it.`;

const start = async () => {
  refuseArguments(process.argv.slice(2));
  const random = createSystemRandom();
  const { port, demo, operatorKey, mailFrom, logLevel } = readSettings(process.env, random);
  const server = await listen(port);
  const { origin } = server;
  const randomKey = () => Buffer.from(random.nextBytes(24)).toString('base64url');
  const randomKeys = Object.fromEntries(secretNamesOf(...contexts).map((name) => [name, randomKey()]));
  const secrets = { ...randomKeys, 'operator-key': operatorKey };
  const host = createHost({
    ...{ contexts, origin, secrets, logLevel, random, waitForCpu: true },
    ...(mailFrom !== undefined && { mail: { from: mailFrom } }),
  });
  await Promise.all([seed(host, demo), host.loadFunctions()]);
  const credentialFile = writeCredentialFile(server);
  server.serve(host);
  console.log(welcomeText({ server, apiKey: toApiKey(demo), operatorKey, credentialPath: credentialFile.path }));

  const stop = async () => {
    // before the port is free for another host, which writes the same file
    credentialFile.remove();
    await server.close();
    host.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().catch(exitWithError));
};

start().catch(exitWithError);
