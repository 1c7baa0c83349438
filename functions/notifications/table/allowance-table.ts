import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { digestKeyReader, digestOf, type ReadDigestKey } from '#notifications/table/digest';
import { allowanceKey } from '#notifications/table/keys';
import type { Allowances } from '#notifications/use-cases/ports';
import type { Runtime } from '#platform/runtime/runtime';

const MAILBOX_BYTES = 16;
/** Short, so that the item with all mails of a day is below 1 KB: one write unit. */
const MAIL_BYTES = 8;
/** The day's end, and a day for messages that are still on their way. Nothing depends on whether TTL has deleted an item. */
const KEPT_MS = 2 * 24 * 60 * 60_000;

/**
 * The mails that each tenant has sent to each mailbox on a day, as a set of digests (ADR 74). The condition and the addition are one
 * write, so two mails cannot both be the last one, and a mail that is in the set may be sent again. The digests are keyed, so that the
 * table does not tell who gets mail, and equal mailboxes of two tenants have different keys.
 */
export const allowanceTable = (
  rt: Runtime<'db' | 'secrets'>,
  readKey: ReadDigestKey = digestKeyReader(rt),
): Allowances => {
  return {
    async take({ notice: { tenantId, orderId, kind }, mailbox, at }) {
      const key = await readKey();
      const digest = (text: string, bytes: number) => digestOf(key, text, bytes);
      const day = at.slice(0, 'yyyy-mm-dd'.length);
      const mail = digest(`mail ${tenantId} ${orderId} ${kind}`, MAIL_BYTES);
      const names = { '#mails': 'mails', '#ttl': 'ttl' };
      try {
        await rt.db.send(
          new UpdateCommand({
            TableName: rt.env('TABLE_NAME'),
            Key: allowanceKey({ tenantId, day, digest: digest(`mailbox ${tenantId} ${mailbox}`, MAILBOX_BYTES) }),
            ConditionExpression: 'attribute_not_exists(#mails) OR size(#mails) < :max OR contains(#mails, :mail)',
            UpdateExpression: 'SET #ttl = :ttl ADD #mails :mails',
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: {
              ...{ ':max': rt.times.maxMailsPerMailbox, ':mail': mail, ':mails': new Set([mail]) },
              ':ttl': (Date.parse(day) + KEPT_MS) / 1_000,
            },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
};
