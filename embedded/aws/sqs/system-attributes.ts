import { ACCOUNT_ID } from '../arns.ts';
import type { Message } from './queue.ts';

/** What SQS itself says of a received message, in the response of a receive and in the event of a function alike. */
export const toSystemAttributes = (message: Message) => ({
  ApproximateReceiveCount: String(message.receives),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
  SentTimestamp: String(message.sentAtMs),
  SenderId: ACCOUNT_ID,
  ...(message.group !== undefined && { MessageGroupId: message.group }),
});
