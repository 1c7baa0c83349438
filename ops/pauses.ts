import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { pauseTable } from '#orders/table/deadline-pauses';
import type { Account } from './account.ts';
import { UserError } from './command-line.ts';

const openPauses = ({ names, clientOptions }: Account) =>
  pauseTable({ db: DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions)), env: () => names.table }, () =>
    new Date().toISOString(),
  );

const PROBLEMS = {
  already_paused: 'the deadlines are paused already: the command pauses shows since when, and unpause ends the pause',
  not_paused: 'the deadlines are not paused: the command pause with a --reason starts a pause',
  contended:
    'another operator changed the pauses at the same moment: look at them with the command pauses, and repeat yours',
} as const;

/** Pauses the payment deadlines of all orders. An order that is paid within the pause is confirmed, however late. */
export const startPause = async (account: Account, reason: string): Promise<string> => {
  if (reason.trim() === '') throw new UserError('--reason is blank: say why the deadlines are paused');
  const started = await openPauses(account).start(reason);
  if (!started.ok) throw new UserError(PROBLEMS[started.error]);
  return `no payment deadline passes from ${started.value.from} until you run unpause`;
};

/** Ends the pause. Each deadline is extended by the part of the pause in which its order awaited its payment. */
export const endPause = async (account: Account): Promise<string> => {
  const ended = await openPauses(account).end();
  if (!ended.ok) throw new UserError(PROBLEMS[ended.error]);
  const { from, until, reason } = ended.value;
  return `the pause from ${from} until ${until} extends the deadlines of the orders that awaited their payment (${JSON.stringify(reason)})`;
};

/** Every stored pause, each a line of JSON: all that may still extend a deadline, and older ones until the next pause starts. */
export const listPauses = async (account: Account): Promise<readonly string[]> =>
  (await openPauses(account).list()).map((pause) => JSON.stringify(pause));
