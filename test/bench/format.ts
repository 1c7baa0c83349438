/** The report shows figures in these forms. */

export const markdownTable = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const formatUsd = (value: number): string => value.toFixed(2);
export const formatCount = (value: number): string => String(Number(value.toPrecision(3)));
export const formatPercent = (share: number): string => `${(share * 100).toFixed(1)}%`;
