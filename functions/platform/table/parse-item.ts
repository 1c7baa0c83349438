import * as z from 'zod/mini';
import type { Item } from '#platform/table/batch-get';

/** A stored item that does not match its schema: reading it again changes nothing. `issues` names attributes and no values. */
export class InvalidItem extends Error {
  override readonly name = 'InvalidItem';
  readonly issues: string;

  constructor(pk: string, issues: string) {
    super(`the item ${pk} does not match its schema: ${issues}`);
    this.issues = issues;
  }
}

/** Parses an item of the table. An item that does not match its schema is a fault; the error names the item and the attributes. */
export const parseItem = <T>(schema: z.ZodMiniType<T>, item: Item): T => {
  const parsed = z.safeParse(schema, item);
  if (parsed.success) return parsed.data;
  // issue codes instead of messages: the functions that only read items bundle no language
  const issues = parsed.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`).join('; ');
  throw new InvalidItem(String(item['pk']), issues);
};
