const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** A table in Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

/** Names as code, each on a line of its own in a cell; `-` for none. */
export const codes = (names: readonly string[] = []) => names.map((name) => `\`${name}\``).join('<br>') || '-';

export const mermaid = (...lines: readonly string[]) => ['```mermaid', ...lines, '```'].join('\n');
