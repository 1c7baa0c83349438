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
    'Open to callers without an API key by its manifest: it tells only whether the service is up, or its function verifies the key or signature itself.',
  ],
  strictFunctions: [
    'APIG2',
    'Each function parses its request against a strict schema and answers a problem document that names the field, which a model in the gateway cannot.',
  ],
  noFirewall: ['APIG3', 'A stage without customers: a web ACL is a monthly fee and stands before prod alone.'],
  gatewayLogs: [
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    'API Gateway takes one role for all logs of an account, and checks that it has what this managed policy holds.',
  ],
  unnamedResources: [
    'IAM5[Resource::*]',
    'No resource can be named beforehand: AWS defines the actions of X-Ray, of log delivery and ListStreams on * alone, and Lambda names the objects that it puts into a bucket.',
  ],
  deadEnd: ['SQS3', 'Is itself where undeliverable messages end: an alarm tells of the first, and a person decides.'],
  keptSecret: [
    'SMG4',
    "The other side holds the same key: the provider's is rotated with the provider, the operator's with those who use it.",
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
