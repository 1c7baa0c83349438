import { err, ok, type Result } from '#platform/kernel';

/** Text that no program can store and return unchanged, or two values of one name, with the path of where it is. */
export type InvalidText = { readonly message: string; readonly path: readonly (string | number)[] };
export type JsonFault = 'not_utf8' | 'not_json' | InvalidText;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** An open object or list. `part` is the name or the index of its current member. */
type Frame = { readonly names?: Set<string>; part: string | number; expectsName: boolean };

const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0');
const NOT_STORABLE = 'A text must not contain a NUL or an unpaired surrogate.';

/** Whether an odd number of backslashes stands before the quote. */
const isEscaped = (text: string, quote: number): boolean => {
  let first = quote;
  while (text[first - 1] === '\\') first -= 1;
  return (quote - first) % 2 === 1;
};

/** The index of the quote that ends the string which starts at `start`. */
const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
};

/**
 * Finds what JSON.parse accepts although systems disagree about it. `text` must be JSON that was decoded from UTF-8. It walks through the
 * characters itself, because a regular expression takes three times as long for a large body, which every other request waits for.
 */
const findInvalidText = (text: string): InvalidText | undefined => {
  const open: Frame[] = [];
  const pathOf = (frames: readonly Frame[]) => frames.map(({ part }) => part);

  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    const frame = open.at(-1);
    if (character === '{') open.push({ names: new Set(), part: '', expectsName: true });
    else if (character === '[') open.push({ part: 0, expectsName: false });
    else if (character === '}' || character === ']') open.pop();
    else if (character === ',' && frame?.names) frame.expectsName = true;
    else if (character === ',' && frame) frame.part = Number(frame.part) + 1;
    else if (character === '"') {
      const start = at;
      at = endOfString(text, start);
      const raw = text.slice(start + 1, at);
      // only an escape sequence stands for what UTF-8 and JSON do not contain
      const hasEscapes = raw.includes('\\');
      const string = hasEscapes ? (JSON.parse(`"${raw}"`) as string) : raw;
      const isName = frame?.expectsName === true;
      if (hasEscapes && !isStorable(string))
        return { message: NOT_STORABLE, path: pathOf(isName ? open.slice(0, -1) : open) };
      if (!frame || !isName) continue;
      if (frame.names?.has(string)) {
        return { message: `The name ${JSON.stringify(string)} is repeated.`, path: pathOf(open.slice(0, -1)) };
      }
      frame.names?.add(string);
      frame.part = string;
      frame.expectsName = false;
    }
  }
  return undefined;
};

/**
 * Reads JSON as I-JSON defines it (RFC 7493): in UTF-8, where a byte order mark is skipped, with text that can be stored and with
 * each name once in an object. So no two programs on the way read different values.
 */
export const readJson = (bytes: Uint8Array): Result<unknown, JsonFault> => {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return err('not_utf8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err('not_json');
  }
  const invalid = findInvalidText(text);
  return invalid ? err(invalid) : ok(value);
};
