/** Tokens after which a slash starts a regular expression and does not divide. */
const BEFORE_PATTERN = /(?:^|[=(,:;[!&|?{}+<>~^%*-]|\b(?:return|typeof|case|in|of|await|yield|throw))\s*$/;
const PATTERN = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[A-Za-z_$][\w$]*|\d[\w.]*|[`{}/]|[^\S\n]+|\n|[^\n]/y;
/** The text of a template, up to its end or its next expression. */
const TEMPLATE = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y;

const matchAt = (pattern: RegExp, text: string, position: number): string => {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? '';
};

const newlines = (text: string) => text.split('\n').length - 1;

/** The identifiers of TypeScript code with their lines, without comments, strings and regular expressions. */
export const identifiersOf = (code: string): ReadonlyMap<string, readonly number[]> => {
  const lines = new Map<string, number[]>();
  /** For each open brace, whether it belongs to a template. */
  const braces: boolean[] = [];
  let line = 1;
  let position = 0;
  const skip = (text: string) => {
    line += newlines(text);
    position += text.length;
  };
  const skipTemplate = () => {
    skip(matchAt(TEMPLATE, code, position));
    const opens = code.startsWith('${', position);
    position += opens ? 2 : 1;
    if (opens) braces.push(true);
  };
  while (position < code.length) {
    const token = matchAt(TOKEN, code, position);
    if (/^[A-Za-z_$]/.test(token)) lines.set(token, [...(lines.get(token) ?? []), line]);
    const isPattern = token === '/' && BEFORE_PATTERN.test(code.slice(Math.max(0, position - 30), position));
    skip(isPattern ? matchAt(PATTERN, code, position) || token : token);
    if (token === '{') braces.push(false);
    if (token === '`' || (token === '}' && braces.pop())) skipTemplate();
  }
  return lines;
};
