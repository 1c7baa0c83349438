import { setTimeout as sleep } from 'node:timers/promises';
import { operatorRoutes } from '#orders/routes';
import { type Account, getOperatorKey } from './account.ts';
import { toApiUrl } from './api-url.ts';
import { callApi, NotAnsweredError } from './call-api.ts';
import { UserError } from './command-line.ts';
import { findOrders } from './orders.ts';

/** Ten orders a second: their sagas then call the provider. */
const INTERVAL_MS = 100;

type BulkResume = {
  readonly tenantId: string;
  /** A part of the cause. */
  readonly cause: string;
  readonly limit: number;
  readonly url?: string | undefined;
};

/**
 * Resumes a tenant's parked orders whose cause contains a text, one after the other, through the API: so the code that is deployed decides,
 * under the stage's limits. It stops at the first order that cannot be resumed; running it again continues with the others.
 */
export const resumeOrders = async (
  account: Account,
  { tenantId, cause, limit, url: givenUrl = process.env['BREAKWATER_URL'] }: BulkResume,
): Promise<readonly string[]> => {
  if (!givenUrl)
    throw new UserError('--url is missing, and BREAKWATER_URL is not set: give the URL of the API of this stage');
  const url = toApiUrl(givenUrl);
  const parked = await findOrders(account, { tenantId, status: 'needs_attention', limit: Number.POSITIVE_INFINITY });
  const matching = parked.filter((order) => order.cause?.includes(cause));
  const operatorKey = matching.length > 0 ? await getOperatorKey(account) : '';
  let resumed = 0;
  for (const { id } of matching.slice(0, limit)) {
    const call = { params: { id }, bearer: operatorKey, body: { tenantId } };
    const { success, status, text } = await callApi(url, operatorRoutes.resumeOrder, call).catch((error: Error) => {
      const reason =
        error instanceof NotAnsweredError
          ? `${url} did not answer for order ${id}: check the URL (${error.message})`
          : error.message;
      throw new UserError(`${resumed} orders were resumed; ${reason}`);
    });
    if (!success)
      throw new UserError(
        `${resumed} orders were resumed; order ${id} was not (${status} ${text}): run the command again`,
      );
    resumed += 1;
    await sleep(INTERVAL_MS);
  }
  return [`resumed ${resumed} of ${matching.length} orders that were parked with this cause`];
};
