import tokensOf from 'js-tokens';

/** The identifiers of TypeScript code with their lines, without comments, strings and regular expressions. */
export const identifiersOf = (code: string): ReadonlyMap<string, readonly number[]> => {
  const lines = new Map<string, number[]>();
  let line = 1;
  for (const { type, value } of tokensOf(code)) {
    if (type === 'IdentifierName') lines.set(value, [...(lines.get(value) ?? []), line]);
    line += value.split('\n').length - 1;
  }
  return lines;
};
