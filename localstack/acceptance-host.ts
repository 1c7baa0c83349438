import { writeFile } from 'node:fs/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { names } from '#platform/manifest';
import { testTimes } from '#platform/runtime/times';
import type { Host } from '../test/acceptance/host.ts';
import { clientOptions, endpoint, home } from './settings.ts';
import { STAGE, type StackOutputs } from './stacks.ts';

const stageNames = names(STAGE);

const getSecret = async (SecretId: string): Promise<string> => {
  const { SecretString } = await new SecretsManagerClient(clientOptions).send(new GetSecretValueCommand({ SecretId }));
  if (!SecretString) throw new Error(`the secret ${SecretId} is empty`);
  return SecretString;
};

const getParameter = async (Name: string): Promise<string> => {
  const { Parameter } = await new SSMClient(clientOptions).send(new GetParameterCommand({ Name }));
  if (!Parameter?.Value) throw new Error(`the parameter ${Name} is empty`);
  return Parameter.Value;
};

/** Writes a file that describes the deployed stage to the acceptance suite, and returns the path of the file. */
export const writeHostFile = async (outputs: StackOutputs): Promise<string> => {
  const baseUrl = outputs[`${stageNames.prefix}-api`]?.['ApiUrl'];
  if (!baseUrl) throw new Error('the API has no output ApiUrl');
  const host: Host = {
    baseUrl,
    operatorKey: await getSecret(stageNames.secret('operator-key')),
    providerUrl: await getParameter(stageNames.parameter('provider-url')),
    providerKey: await getSecret(stageNames.secret('provider-key')),
    callbackKey: await getSecret(stageNames.secret('provider-callback-key')),
    aws: { ...clientOptions, endpoint },
    stage: STAGE,
    times: testTimes,
    limits: { answerMs: 30_000, orderMs: 60_000, rushMs: 120_000, sweepMs: 150_000, deadLetterMs: 150_000 },
    buyersAtOnce: 16,
    maxRetries: 100,
    faults: { killsUrl: `${endpoint}/_breakwater/kills`, orders: 60, customers: 6 },
  };
  const file = `${home}/acceptance-host.json`;
  await writeFile(file, JSON.stringify(host));
  return file;
};
