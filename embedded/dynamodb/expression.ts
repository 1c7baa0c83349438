import { type Path, shown } from './document.ts';
import { RESERVED } from './reserved-words.ts';
import { checked, type Item, invalid, type Value } from './values.ts';

const MAX_BYTES = 4096;
const TOKEN = /\s*(?:([A-Za-z]\w*|[#:]\w+|\d+|<>|<=|>=|\S)|$)/gy;

type Token = { readonly text: string; readonly from: number; readonly to: number };

/** What a call says its expressions may use, and which of it they have not used yet. */
export class Placeholders {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Item;
  readonly #unusedNames: Set<string>;
  readonly #unusedValues: Set<string>;

  constructor(names: Readonly<Record<string, string>> = {}, values: Item = {}) {
    this.#names = names;
    this.#values = values;
    this.#unusedNames = new Set(Object.keys(names));
    this.#unusedValues = new Set(Object.keys(values));
  }

  name(placeholder: string): string | undefined {
    this.#unusedNames.delete(placeholder);
    return Object.hasOwn(this.#names, placeholder) ? this.#names[placeholder] : undefined;
  }

  value(placeholder: string): Value | undefined {
    this.#unusedValues.delete(placeholder);
    return Object.hasOwn(this.#values, placeholder) ? this.#values[placeholder] : undefined;
  }

  refuseUnused() {
    const refuse = (what: string, keys: Set<string>) => {
      if (keys.size) throw invalid(`Value provided in ${what} unused in expressions: keys: {${[...keys].join(', ')}}`);
    };
    refuse('ExpressionAttributeNames', this.#unusedNames);
    refuse('ExpressionAttributeValues', this.#unusedValues);
  }
}

const checkedNames = (names: Readonly<Record<string, string>>) => {
  const entries = Object.entries(names);
  if (!entries.length) throw invalid('ExpressionAttributeNames must not be empty');
  for (const [key, name] of entries) {
    const bad = (what: string) => invalid(`ExpressionAttributeNames contains invalid ${what}`);
    if (!/^#\w+$/.test(key)) throw bad(`key: Syntax error; key: "${key}"`);
    if (!name) throw bad(`value: Empty attribute name for key ${key}`);
  }
  return names;
};

const checkedValues = (values: Item): Item => {
  const entries = Object.entries(values);
  if (!entries.length) throw invalid('ExpressionAttributeValues must not be empty');
  for (const [key] of entries)
    if (!/^:\w+$/.test(key))
      throw invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
  return Object.fromEntries(entries.map(([key, value]) => [key, checked(value)]));
};

/** The placeholders of a call with these expressions, of which those in `valued` may use values. */
export const placeholders = (input: Record<string, unknown>, plain: readonly string[], valued: readonly string[]) => {
  const names = input['ExpressionAttributeNames'] as Record<string, string> | undefined;
  const values = input['ExpressionAttributeValues'] as Item | undefined;
  if (names && [...plain, ...valued].every((name) => input[name] === undefined))
    throw invalid('ExpressionAttributeNames can only be specified when using expressions');
  if (values && valued.every((name) => input[name] === undefined)) {
    const what = `${valued.join(' and ')} ${valued.length > 1 ? 'are' : 'is'} null`;
    throw invalid(`ExpressionAttributeValues can only be specified when using expressions: ${what}`);
  }
  return new Placeholders(names && checkedNames(names), values && checkedValues(values));
};

/** The tokens of one expression, read from left to right. */
export class Expression {
  readonly #kind: string;
  readonly #text: string;
  readonly #placeholders: Placeholders;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(kind: string, text: string, from: Placeholders) {
    this.#kind = kind;
    this.#text = text;
    this.#placeholders = from;
    const bytes = Buffer.byteLength(text);
    if (!text.trim()) this.fail('The expression can not be empty;');
    if (bytes > MAX_BYTES)
      this.fail(`Expression size has exceeded the maximum allowed size; expression size: ${bytes}`);
    this.#tokens = [...text.matchAll(TOKEN)].flatMap(({ 0: all, 1: token, index }) =>
      token ? [{ text: token, from: index + all.length - token.length, to: index + all.length }] : [],
    );
  }

  fail(message: string): never {
    throw invalid(`Invalid ${this.#kind}: ${message}`);
  }

  syntaxError(): never {
    const from = this.#tokens[this.#at - 1] ?? this.#tokens[this.#at];
    const to = this.#tokens[this.#at + 1] ?? this.#tokens.at(-1);
    const near = this.#text.slice(from?.from, to?.to);
    return this.fail(`Syntax error; token: "${this.#tokens[this.#at]?.text ?? '<EOF>'}", near: "${near}"`);
  }

  peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.text ?? '';
  }

  /** Keywords are the same in either case. */
  next(...keywords: readonly string[]): string | undefined {
    const found = this.peek().toUpperCase();
    if (!keywords.includes(found)) return undefined;
    this.#at += 1;
    return found;
  }

  expect(token: string) {
    if (!this.next(token)) this.syntaxError();
  }

  end() {
    if (this.#at < this.#tokens.length) this.syntaxError();
  }

  list<T>(element: () => T): readonly T[] {
    const elements = [element()];
    while (this.next(',')) elements.push(element());
    return elements;
  }

  /** The name of the function of which a call comes next. */
  call(): string | undefined {
    if (!/^[A-Za-z]/.test(this.peek()) || this.peek(1) !== '(') return undefined;
    this.#at += 2;
    return this.peek(-2);
  }

  path(): Path {
    const steps: (string | number)[] = [this.#name()];
    for (let dot = this.next('.', '['); dot; dot = this.next('.', '[')) {
      if (dot === '.') steps.push(this.#name());
      else {
        steps.push(/^\d+$/.test(this.peek()) ? Number(this.#take()) : this.syntaxError());
        this.expect(']');
      }
    }
    return steps;
  }

  value(): Value | undefined {
    if (!/^:\w/.test(this.peek())) return undefined;
    const placeholder = this.#take();
    const missing = `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`;
    return this.#placeholders.value(placeholder) ?? this.fail(missing);
  }

  /** Throws where two paths overlap, or take one place for a map and a list. */
  disjoint(paths: readonly Path[]) {
    for (const [at, two] of paths.entries()) {
      for (const one of paths.slice(0, at)) {
        const where = one.findIndex((step, index) => index < two.length && step !== two[index]);
        if (where >= 0 && typeof one[where] === typeof two[where]) continue;
        this.fail(
          `Two document paths ${where < 0 ? 'overlap' : 'conflict'} with each other; ` +
            `must remove or rewrite one of these paths; path one: ${shown(one)}, path two: ${shown(two)}`,
        );
      }
    }
  }

  #take(): string {
    this.#at += 1;
    return this.peek(-1);
  }

  #name(): string {
    if (!/^[A-Za-z]|^#\w/.test(this.peek())) this.syntaxError();
    const name = this.#take();
    if (!name.startsWith('#')) {
      if (RESERVED.has(name.toUpperCase()))
        this.fail(`Attribute name is a reserved keyword; reserved keyword: ${name}`);
      return name;
    }
    const missing = `An expression attribute name used in the document path is not defined; attribute name: ${name}`;
    return this.#placeholders.name(name) ?? this.fail(missing);
  }
}

/** A list of paths, as a projection takes them. */
export const parseProjection = (text: string, from: Placeholders): readonly Path[] => {
  const expression = new Expression('ProjectionExpression', text, from);
  const paths = expression.list(() => expression.path());
  expression.end();
  expression.disjoint(paths);
  return paths;
};
