import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, getOperatorKey } from './account.ts';
import { toApiUrl } from './api-url.ts';
import { UserError } from './command-line.ts';
import { findOrders } from './orders.ts';

/** Ten orders a second: their sagas then call the provider. */
const INTERVAL_MS = 100;
const REQUEST_TIMEOUT_MS = 10_000;

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
    const response = await fetch(`${url}/v1/orders/${id}/resume`, {
      method: 'POST',
      redirect: 'manual',
      headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tenantId }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }).catch((error: Error) => {
      throw new UserError(
        `${resumed} orders were resumed; ${url} did not answer for order ${id}: check the URL (${error.message})`,
      );
    });
    if (!response.ok)
      throw new UserError(
        `${resumed} orders were resumed; order ${id} was not (${response.status} ${await response.text()}): run the command again`,
      );
    resumed += 1;
    await sleep(INTERVAL_MS);
  }
  return [`resumed ${resumed} of ${matching.length} orders that were parked with this cause`];
};
