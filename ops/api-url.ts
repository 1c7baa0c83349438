import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Account } from './account.ts';
import { UserError } from './command-line.ts';

/** The URL of the stage's API: the output `ApiUrl` of its API stack. */
export const findApiUrl = async ({ names, clientOptions }: Account): Promise<string> => {
  const StackName = `${names.prefix}-api`;
  const fix = `deploy the stage first, or give --url (${StackName})`;
  const client = new CloudFormationClient(clientOptions);
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName })).catch((error: Error) => {
    throw new UserError(`the URL of the API is unknown: ${fix}: ${error.message}`);
  });
  const url = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'ApiUrl')?.OutputValue;
  if (!url) throw new UserError(`the stack ${StackName} has no output ApiUrl: ${fix}`);
  return url;
};
