import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Host } from '../../embedded/host/host.ts';
import type { Row } from '../../ops/audit/table-audit.ts';

const MAX_PAGES = 10_000;
type Page = { readonly Items?: readonly Parameters<typeof unmarshall>[0][]; readonly LastEvaluatedKey?: unknown };

/** All items of the table, read strongly. */
export const rowsOf = async (call: Host['callAws']): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  let ExclusiveStartKey: unknown;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const input = { TableName: 'breakwater-dev', ConsistentRead: true, ExclusiveStartKey };
    const { json } = await call({ target: 'DynamoDB_20120810.Scan', body: JSON.stringify(input) });
    const { Items = [], LastEvaluatedKey } = JSON.parse(json) as Page;
    rows.push(...Items.map((item) => unmarshall(item) as Row));
    if (LastEvaluatedKey === undefined) break;
    ExclusiveStartKey = LastEvaluatedKey;
  }
  return rows;
};
