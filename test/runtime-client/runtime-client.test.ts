import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contexts } from '#contexts';
import { functionsOf, names } from '#platform/manifest';
import { REGION } from '../../embedded/aws/arns.ts';
import { createHost } from '../../embedded/host/host.ts';
import { listen } from '../../embedded/host/server.ts';
import { bundle } from '../../lib/bundles.ts';
import { secrets } from '../fixtures/secrets.ts';
import { getOnly, settingsOf, synthesise } from '../infra/synthesis.ts';
import { classifyOutcome } from './answers.ts';
import { useEveryFunction } from './orders.ts';
import { createRecorder } from './recorder.ts';
import { environmentOf } from './template-environment.ts';

const functions = functionsOf(...contexts);
const named = names('dev');
const runtimeClient = process.env['RUNTIME_CLIENT'] ?? '';

const bundles = mkdtempSync(join(tmpdir(), 'breakwater-runtime-client-'));
bundle(contexts, bundles);
const synthesis = synthesise(settingsOf.dev);
const resourceOf = (id: string) =>
  getOnly(
    synthesis.ofType('AWS::Lambda::Function').filter(({ Properties }) => Properties.FunctionName === named.fn(id)),
    id,
  );

/** The variables that Lambda itself sets, of those that the runtime client, the SDK or a package of ours reads. */
const lambdaVariables = (id: string) => {
  const { FunctionName, MemorySize } = resourceOf(id).Properties;
  return {
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: `${MemorySize}`,
    AWS_LAMBDA_FUNCTION_NAME: FunctionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${FunctionName}`,
    AWS_LAMBDA_LOG_LEVEL: 'INFO',
    AWS_LAMBDA_LOG_STREAM_NAME: 'runtime-client',
    AWS_REGION: REGION,
    TZ: ':UTC',
  };
};

describe("each function, run by AWS's runtime client from its bundle with its template's environment", () => {
  let recorder: ReturnType<typeof createRecorder>;
  let stop = async (): Promise<void> => {};

  beforeAll(async () => {
    const server = await listen(0);
    const { origin, credential } = server;
    recorder = createRecorder({
      ...{ runtimeClient, bundles, resourceOf },
      environmentOf: (id) => ({
        ...environmentOf(synthesis, resourceOf(id), { origin, stored: { [named.parameter('provider-url')]: origin } }),
        ...lambdaVariables(id),
        AWS_ENDPOINT_URL: origin,
        AWS_ACCESS_KEY_ID: credential.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credential.secretAccessKey,
      }),
    });
    const host = createHost({ contexts, stage: 'dev', origin, secrets, interceptors: { invoke: recorder.invoke } });
    server.serve(host);
    stop = async () => {
      host.close();
      await recorder.stop();
      await server.close();
    };
    await useEveryFunction(host, secrets);
  });
  afterAll(async () => {
    await stop();
    rmSync(bundles, { recursive: true });
  });

  it.each(functions)('$id answers as it declares', (fn) => {
    const classes = recorder.invocationsOf(fn.id).map((invocation) => classifyOutcome(fn, invocation));
    expect(classes.filter((outcomeClass) => typeof outcomeClass === 'object')).toEqual([]);
    expect(classes).toContain('success');
  });
});
