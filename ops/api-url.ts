import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Account } from './account.ts';
import { UserError } from './command-line.ts';

/** `DefaultApiUrl` exists beside a domain: the host name that AWS gives, which needs no DNS record. */
type UrlOutput = 'ApiUrl' | 'DefaultApiUrl';

/** The URL of the stage's API: an output of its API stack. */
export const findApiUrl = async ({ names, clientOptions }: Account, output: UrlOutput = 'ApiUrl'): Promise<string> => {
  const StackName = `${names.prefix}-api`;
  const fix = `deploy the stage first, or give --url (${StackName})`;
  const client = new CloudFormationClient(clientOptions);
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName })).catch((error: Error) => {
    throw new UserError(`the URL of the API is unknown: ${fix}: ${error.message}`);
  });
  const url = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === output)?.OutputValue;
  if (!url) throw new UserError(`the stack ${StackName} has no output ${output}: ${fix}`);
  return url;
};
