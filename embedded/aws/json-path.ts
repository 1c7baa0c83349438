/** The names and indexes of a path: `customer`, `emails` and `0` of `$.customer.emails[0]`. */
export const pathSegments = (path: string): string[] => path.match(/[A-Za-z_][\w-]*|\d+(?=\])/g) ?? [];

/** The value of an own field or element; undefined where there is none. */
export const findField = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** The value at the path from `root` on, whose sign `$` the path starts with; undefined where there is none. */
export const findAtPath = (path: string, root: unknown): unknown => pathSegments(path).reduce(findField, root);
