import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Account } from './account.ts';
import { UserError } from './command-line.ts';

/** `DefaultApiUrl` exists beside a domain: the host name that AWS gives, which needs no DNS record. */
type UrlOutput = 'ApiUrl' | 'DefaultApiUrl';

/** Paths are appended to it, and `fetch` takes no password in it. */
const API_URL = /^https?:\/\/[^\s?#@]+$/i;

/** The URL of an API as somebody gave it, without the last slash. */
export const toApiUrl = (text: string): string => {
  if (API_URL.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '');
  throw new UserError(
    `"${text}" is not the URL of an API: give one such as https://api.example.com/shop as --url or in BREAKWATER_URL`,
  );
};

/** CloudFormation has no other error for a stack that is not there. */
export const isMissingStack = ({ name, message }: Error): boolean =>
  name === 'ValidationError' && message.includes('does not exist');

const stackOf = ({ names }: Account) => `${names.prefix}-api`;

/** An output of the stage's API stack. There is none before the first deployment. */
export const findOutput = async (
  account: Account,
  output: UrlOutput | 'DeployOptions',
): Promise<string | undefined> => {
  const StackName = stackOf(account);
  const client = new CloudFormationClient(account.clientOptions);
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === output)?.OutputValue;
  } catch (error) {
    if (isMissingStack(error as Error)) return undefined;
    throw new UserError(`the outputs of the stack ${StackName} cannot be read: ${(error as Error).message}`);
  }
};

/** The URL of the stage's API. */
export const findApiUrl = async (account: Account, output: UrlOutput = 'ApiUrl'): Promise<string> => {
  const fix = `deploy the stage first, or give --url (${stackOf(account)})`;
  const url = await findOutput(account, output).catch((error: Error) => {
    throw new UserError(`the URL of the API is unknown: ${fix}: ${error.message}`);
  });
  if (!url) throw new UserError(`the URL of the API is unknown: ${fix}: it has no output ${output}`);
  return url;
};
