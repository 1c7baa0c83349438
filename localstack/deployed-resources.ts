import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { account, clientOptions, region } from './settings.ts';
import type { Template } from './stacks.ts';

/** A resource of a template, with its physical id from CloudFormation. */
export type DeployedResource = {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** Its physical id. */
  readonly id: string;
  /** A property of the template as text; references in it are resolved to physical ids. */
  readonly text: (property: string) => string;
  /** The same for a property that is a list. */
  readonly texts: (property: string) => readonly string[];
  readonly property: (property: string) => unknown;
};

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
};

/** Resolves CloudFormation's functions in a value, as far as references to resources need it. */
const createResolver = (ids: ReadonlyMap<string, string>) => {
  const resolveName = (name: string): string => {
    const id = ids.get(name) ?? pseudoParameters[name];
    if (id === undefined) throw new Error(`no resource has the logical id ${name}`);
    return id;
  };
  const resolve = (value: unknown): string => {
    if (typeof value === 'string') return value;
    const [[fn, argument] = []] = Object.entries(value ?? {});
    if (fn === 'Ref') return resolveName(argument);
    // the services accept the name of a resource in place of its ARN
    if (fn === 'Fn::GetAtt' && argument[1] === 'Arn') return resolveName(argument[0]);
    if (fn === 'Fn::Join') return argument[1].map(resolve).join(argument[0]);
    throw new Error(`cannot resolve ${JSON.stringify(value)}`);
  };
  return resolve;
};

/** Lists every resource of a template. One that CloudFormation did not create has an empty id. */
export const listDeployedResources = async ({ stack, resources }: Template): Promise<readonly DeployedResource[]> => {
  const cloudFormation = new CloudFormationClient(clientOptions);
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: stack }));
  const ids = new Map(
    StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
      LogicalResourceId,
      PhysicalResourceId,
    ]),
  );
  const resolve = createResolver(ids);
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
