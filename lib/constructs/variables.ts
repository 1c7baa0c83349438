import { Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import {
  type FunctionId,
  type FunctionSpec,
  names,
  queueVariable,
  variablesOf,
  type WorkflowId,
  workflowVariable,
} from '#platform/manifest';
import type { Variable } from '#platform/runtime/runtime';
import { checkListShards } from '#platform/runtime/times';
import { arns } from '../arns.ts';
import type { Stage } from '../stages.ts';

type EnvironmentOptions = {
  readonly stage: Stage;
  readonly id: FunctionId;
  readonly spec: FunctionSpec;
  /** All workflows. */
  readonly workflows: readonly WorkflowId[];
  /** All functions that consume events. */
  readonly workers: readonly FunctionId[];
  readonly codeVersion: string;
};

/** The environment variables of a function on AWS. */
export const environmentOf = (
  scope: Construct,
  { stage, id, spec, workflows, workers, codeVersion }: EnvironmentOptions,
): Record<string, string> => {
  const named = names(stage.name);
  const values: Readonly<Record<Variable, () => string>> = {
    STAGE: () => stage.name,
    TABLE_NAME: () => named.table,
    TIMES: () => JSON.stringify(checkListShards(stage.times)),
    TENANTS: () => 'all',
    BUS_NAME: () => named.bus,
    SECRET_PREFIX: () => named.secrets,
    MAIL: () => (stage.mail === 'sink' ? 'sink' : stage.mail.from),
    MAIL_CONFIGURATION_SET: () => named.mails,
    PROVIDER_URL: () =>
      stage.provider === 'sandbox'
        ? StringParameter.valueForStringParameter(scope, named.parameter('provider-url'))
        : stage.provider.url,
    OWN_QUEUE_URL: () => urlOf(scope, named.queue(id)),
    DEAD_LETTERS_URL: () => urlOf(scope, named.deadLetters(id)),
    CANARIES_URL: () => urlOf(scope, named.canaries),
    QUEUES_URL_PREFIX: () => urlOf(scope, named.queuePrefix),
    WORKERS: () => workers.join(),
    CODE_VERSION: () => codeVersion,
    ...Object.fromEntries(
      (spec.sends ?? []).map((queue) => [queueVariable(queue), () => urlOf(scope, named.queue(queue))]),
    ),
    ...Object.fromEntries(workflows.map((id) => [workflowVariable(id), () => arns(scope, stage.name).workflow(id)])),
  };
  const requiredValue = (name: Variable) => {
    const value = values[name];
    if (!value) throw new Error(`no value is known for the environment variable ${name}`);
    return value();
  };
  return Object.fromEntries(variablesOf(spec, workflows).map((name) => [name, requiredValue(name)]));
};

const urlOf = (scope: Construct, queue: string) => {
  const { region, urlSuffix, account } = Stack.of(scope);
  return `https://sqs.${region}.${urlSuffix}/${account}/${queue}`;
};
