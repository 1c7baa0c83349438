import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Construct } from 'constructs';

/** The AwsSolutions rules that we acknowledge, and why (ADR 51). Each holds only for the construct that acknowledges it. */
const reasons = {
  ownKeys: [
    'COG4',
    "Callers are other companies' systems with API keys, not people who sign in: an authorizer of our own verifies the key, and each function again.",
  ],
  openRoute: [
    'APIG4',
    'Open to callers without an API key by its manifest: it reports only whether the service is up or which methods a path has, or its function verifies the key or signature itself.',
  ],
  strictFunctions: [
    'APIG2',
    'Each function parses its request against a strict schema and answers a problem document that names the field, which a model in the gateway cannot.',
  ],
  noFirewall: ['APIG3', 'A stage without customers: a web ACL costs a monthly fee, so only prod has one.'],
  gatewayLogs: [
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    'API Gateway uses one role for all logs of an account, and requires the permissions of this managed policy.',
  ],
  unnamedResources: [
    'IAM5[Resource::*]',
    'No resource can be named in advance: AWS defines the actions of X-Ray, of log delivery and ListStreams only on *, Lambda chooses the names of the objects that it puts into a bucket, the redrive reads the dead letters of every worker, also of later ones, and SES also authorizes the identities of recipients while an account is in its sandbox, so the sender is limited by its address.',
  ],
  noAccessLog: ['S1', 'A stage without data of customers: nobody needs to know who read its bucket.'],
  ownHistory: [
    'SF1',
    "Step Functions keeps every event of an execution for 90 days. The log has the errors beyond that; all events would cost more than an order's other logs together.",
  ],
  deadEnd: [
    'SQS3',
    'Needs no dead-letter queue: nothing retries its messages. They wait for a person, or are read once.',
  ],
  keptSecret: [
    'SMG4',
    "The other party has the same key: the provider's is rotated together with the provider, the operator's together with its users.",
  ],
} as const satisfies Readonly<Record<string, readonly [rule: string, reason: string]>>;

export type Acknowledgement = keyof typeof reasons;

/** Acknowledges a rule for this construct. `finding` is for a finding that names a resource of its own. */
export const acknowledge = (construct: Construct, acknowledgement: Acknowledgement, finding?: string) => {
  const [rule, reason] = reasons[acknowledgement];
  const id = `AwsSolutions-${finding === undefined ? rule : rule.replace(/\[.*\]$/, `[${finding}]`)}`;
  Validations.of(construct).acknowledge({ id, reason });
};

/** Fails synthesis on every finding that no construct acknowledges. */
export const addNagChecks = (app: App) => Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

export const acknowledgements: readonly string[] = Object.keys(reasons);
