import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Runtime } from '#platform/runtime/runtime';
import type { Item } from '#platform/table/batch-get';

/** One write of a transaction. */
export type TransactionPart = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** How a transaction ended. Where conditions failed: which parts, and the existing item of the first part, if that one asked for it. */
export type TransactionOutcome =
  | 'done'
  | 'contended'
  | { readonly failed: readonly number[]; readonly existing?: Item };

/** Others wrote the same items, or the table was throttled: nothing was written, and a retry may succeed. */
const retryableCodes = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Whether a write of one item failed because another write changed the item first, or is changing it now. Nothing was written. */
export const isContended = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException || error instanceof TransactionConflictException;

export const transact = async (rt: Runtime<'db'>, parts: readonly TransactionPart[]): Promise<TransactionOutcome> => {
  try {
    await rt.db.send(new TransactWriteCommand({ TransactItems: [...parts], ClientRequestToken: rt.newId() }));
    return 'done';
  } catch (error) {
    if (error instanceof TransactionInProgressException) return 'contended';
    if (!(error instanceof TransactionCanceledException)) throw error;
    const reasons = error.CancellationReasons ?? [];
    const failed = reasons.flatMap(({ Code }, i) => (Code === 'ConditionalCheckFailed' ? [i] : []));
    const existing = reasons[0]?.Item && unmarshall(reasons[0].Item);
    if (failed.length > 0) return { failed, ...(existing && { existing }) };
    if (reasons.some(({ Code }) => retryableCodes.has(Code ?? ''))) return 'contended';
    throw error;
  }
};
