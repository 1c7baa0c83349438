import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Statement } from './roles.ts';
import type { Json, Resource, Synthesis } from './synthesis.ts';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
};

/** An ARN of the account and region for which policies are resolved. */
export const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

export type IamRequest = {
  /** Such as `sqs:SendMessage`. */
  readonly action: string;
  readonly resource: string;
  /** The partition keys of a request to the table. */
  readonly leadingKeys?: readonly string[];
};

const arnOf = ({ id, Type, Properties }: Resource): string => {
  switch (Type) {
    case 'AWS::SQS::Queue':
      return arn('sqs', Properties.QueueName);
    case 'AWS::Logs::LogGroup':
      return arn('logs', `log-group:${Properties.LogGroupName}:*`);
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${id.toLowerCase()}`;
    default:
      throw new Error(`a policy names the ARN of a ${Type}: say here what it is`);
  }
};

/** Replaces the intrinsic functions of a value in this stack's template, as CloudFormation would in a fixed account and region. */
const resolve = (value: Json, stack: string, { resources, stacks }: Synthesis): Json => {
  const resolveAll = (part: Json): Json => {
    if (Array.isArray(part)) return part.map(resolveAll);
    if (typeof part !== 'object' || part === null) return part;
    const { 'Fn::Join': join, 'Fn::GetAtt': attribute, Ref: reference } = part;
    if (join) return join[1].map(resolveAll).join(join[0]);
    if (attribute) {
      const resource = resources.find((other) => other.stack === stack && other.id === attribute[0]);
      if (!resource || attribute[1] !== 'Arn') throw new Error(`${stack} has no ${attribute.join('.')}`);
      return arnOf(resource);
    }
    if (reference) {
      const parameters = stacks.find(({ name }) => name === stack)?.template.Parameters ?? {};
      const known = PSEUDO_PARAMETERS[reference];
      if (known !== undefined) return known;
      // the values of parameters are ARNs of streams and names of buckets, which nothing here asks for
      if (Object.hasOwn(parameters, reference)) return arn('dynamodb', `table/${reference}/stream/1`);
      throw new Error(`a policy of ${stack} refers to ${reference}: say here what it is`);
    }
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, resolveAll(inner)]));
  };
  return resolveAll(value);
};

/** Returns whether a role with these statements may make a request, by the rules of IAM. Throws if the policy or the request is malformed. */
export const createRole = (statements: readonly Statement[], stack: string, synthesis: Synthesis) => {
  const policy = { Version: '2012-10-17', Statement: resolve(statements, stack, synthesis) };
  return async ({ action, resource, leadingKeys }: IamRequest): Promise<boolean> => {
    const simulated = await runSimulation(
      {
        request: {
          principal: `arn:aws:iam::${ACCOUNT}:role/function`,
          action,
          resource: { resource, accountId: ACCOUNT },
          contextVariables: leadingKeys ? { 'dynamodb:LeadingKeys': [...leadingKeys] } : {},
        },
        identityPolicies: [{ name: 'role', policy }],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    if (simulated.resultType === 'error')
      throw new Error(`${action} on ${resource}: ${JSON.stringify(simulated.errors)}`);
    if (simulated.resultType === 'single' && simulated.result.ignoredContextKeys?.length)
      throw new Error(`${action} does not know ${simulated.result.ignoredContextKeys.join(', ')}`);
    return simulated.overallResult === 'Allowed';
  };
};
