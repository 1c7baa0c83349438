import type { APIGatewayProxyResult } from 'aws-lambda';
import { isOut } from '#sandbox/app/outage';
import { tenantOf } from '#sandbox/data/keys';
import { outageTable } from '#sandbox/data/outage-table';
import { problem } from '#shared/http';
import type { Runtime } from '#shared/runtime';

/** Answers 503 instead while there is an outage for the tenant of the key. */
export const working = (rt: Runtime<'db'>) => {
  const out = isOut(outageTable(rt), () => rt.now().toISOString());
  return async (key: string, act: () => Promise<APIGatewayProxyResult>): Promise<APIGatewayProxyResult> =>
    (await out(tenantOf(key))) ? problem('unavailable') : act();
};
