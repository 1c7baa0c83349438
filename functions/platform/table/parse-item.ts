import * as z from 'zod/mini';
import { describeIssues } from '#platform/http/body';
import type { Item } from '#platform/table/batch-get';

/** Parses an item of the table. An item that does not match its schema is a fault, and the error names the item. */
export const parseItem = <T>(schema: z.ZodMiniType<T>, item: Item): T => {
  const parsed = z.safeParse(schema, item, describeIssues);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new Error(`the item ${String(item['pk'])} does not match its schema: ${issues}`);
};
