import { err, ok, type Result } from '#platform/kernel';

/** Text that no program can store and return unchanged, or two values of one name, with the path of where it is. */
export type InvalidText = { readonly message: string; readonly path: readonly (string | number)[] };
export type JsonFault = 'not_utf8' | 'not_json' | InvalidText;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A string, or a character that starts, ends or separates. All other tokens are numbers and literals. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g;

/** An open object or list. `part` is the name or the index of its current member. */
type Frame = { readonly names?: Set<string>; part: string | number; expectsName: boolean };

const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0');
const NOT_STORABLE = 'A text must not contain a NUL or an unpaired surrogate.';

/** Finds what JSON.parse accepts although systems disagree about it. `text` must be JSON. */
const findInvalidText = (text: string): InvalidText | undefined => {
  const open: Frame[] = [];
  const pathOf = (frames: readonly Frame[]) => frames.map(({ part }) => part);

  for (const [token] of text.matchAll(TOKEN)) {
    const frame = open.at(-1);
    if (token === '{') open.push({ names: new Set(), part: '', expectsName: true });
    else if (token === '[') open.push({ part: 0, expectsName: false });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && frame?.names) frame.expectsName = true;
    else if (token === ',' && frame) frame.part = Number(frame.part) + 1;
    else {
      const string = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
      const isName = frame?.expectsName === true;
      if (!isStorable(string)) return { message: NOT_STORABLE, path: pathOf(isName ? open.slice(0, -1) : open) };
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
