import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { Template } from './deploy.ts';
import { account, clientOptions, region } from './settings.ts';

/** A resource of a template, with what CloudFormation says it is called. */
export type Deployed = {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly id: string;
  /** A property of its template as text, with the names of what it refers to. */
  readonly text: (property: string) => string;
  /** The same of a list. */
  readonly texts: (property: string) => readonly string[];
  readonly property: (property: string) => unknown;
};

const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
};

/** What CloudFormation's functions make of a value, as far as it says which resource is meant. */
const resolver = (ids: ReadonlyMap<string, string>) => {
  const named = (name: string): string => {
    const found = ids.get(name) ?? pseudo[name];
    if (found === undefined) throw new Error(`nothing is called ${name}`);
    return found;
  };
  const resolve = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const [[fn, argument] = []] = Object.entries(value ?? {});
    if (fn === 'Ref') return named(argument);
    // the name of a resource serves where its ARN does
    if (fn === 'Fn::GetAtt' && argument[1] === 'Arn') return named(argument[0]);
    if (fn === 'Fn::Join') return argument[1].map(resolve).join(argument[0]);
    throw new Error(`cannot tell what ${JSON.stringify(value)} is`);
  };
  return resolve;
};

/** Every resource of a template, or why CloudFormation does not know it. */
export const deployed = async ({ stack, resources }: Template): Promise<readonly Deployed[]> => {
  const cloudFormation = new CloudFormationClient(clientOptions);
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: stack }));
  const ids = new Map(StackResources.map((it) => [it.LogicalResourceId ?? '', it.PhysicalResourceId ?? '']));
  const resolve = resolver(ids);
  return Object.entries(resources).map(([logicalId, { Type, Properties = {} }]) => ({
    stack,
    logicalId,
    type: Type,
    id: ids.get(logicalId) ?? '',
    property: (name) => Properties[name],
    text: (name) => resolve(Properties[name]),
    texts: (name) => (Properties[name] as unknown[]).map(resolve),
  }));
};
