import { Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import {
  type FunctionSpec,
  names,
  queueVariable,
  variablesOf,
  type WorkflowId,
  workflowVariable,
} from '#platform/manifest';
import type { Variable } from '#platform/runtime/runtime';
import { arns } from '../arns.ts';
import type { Stage } from '../stages.ts';

type EnvironmentOptions = {
  readonly stage: Stage;
  readonly spec: FunctionSpec;
  /** All workflows. */
  readonly workflows: readonly WorkflowId[];
};

/** The environment variables of a function on AWS. */
export const environmentOf = (
  scope: Construct,
  { stage, spec, workflows }: EnvironmentOptions,
): Record<string, string> => {
  const named = names(stage.name);
  const values: Readonly<Record<Variable, () => string>> = {
    STAGE: () => stage.name,
    TABLE_NAME: () => named.table,
    TIMES: () => JSON.stringify(stage.times),
    BUS_NAME: () => named.bus,
    SECRET_PREFIX: () => named.secrets,
    MAIL: () => (stage.mail === 'sink' ? 'sink' : stage.mail.from),
    PROVIDER_URL: () =>
      stage.provider === 'sandbox'
        ? StringParameter.valueForStringParameter(scope, named.parameter('provider-url'))
        : stage.provider.url,
    ...Object.fromEntries((spec.sends ?? []).map((id) => [queueVariable(id), () => urlOf(scope, named.queue(id))])),
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
