import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Host } from '../../embedded/host/host.ts';
import type { Row } from '../../ops/audit/table-audit.ts';

const MOST_PAGES = 10_000;
type Page = { readonly Items?: readonly Parameters<typeof unmarshall>[0][]; readonly LastEvaluatedKey?: unknown };

/** The whole table as it stands. */
export const rowsOf = async (call: Host['callAws']): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  let ExclusiveStartKey: unknown;
  for (let n = 0; n < MOST_PAGES; n += 1) {
    const asked = { TableName: 'breakwater-dev', ConsistentRead: true, ExclusiveStartKey };
    const { json } = await call({ target: 'DynamoDB_20120810.Scan', body: JSON.stringify(asked) });
    const { Items = [], LastEvaluatedKey } = JSON.parse(json) as Page;
    rows.push(...Items.map((item) => unmarshall(item) as Row));
    if (LastEvaluatedKey === undefined) break;
    ExclusiveStartKey = LastEvaluatedKey;
  }
  return rows;
};
