import { formatPath, type Path } from './document.ts';
import { RESERVED } from './reserved-words.ts';
import { type AttributeValue, type Item, validateValue, validationError } from './values.ts';

const MAX_EXPRESSION_BYTES = 4096;
const TOKEN = /\s*(?:([A-Za-z]\w*|[#:]\w+|\d+|<>|<=|>=|\S)|$)/gy;

type Token = { readonly text: string; readonly from: number; readonly to: number };

/** The expression attribute names and values of a request. It tracks which ones no expression has used. */
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

  useName(placeholder: string): string | undefined {
    this.#unusedNames.delete(placeholder);
    return Object.hasOwn(this.#names, placeholder) ? this.#names[placeholder] : undefined;
  }

  useValue(placeholder: string): AttributeValue | undefined {
    this.#unusedValues.delete(placeholder);
    return Object.hasOwn(this.#values, placeholder) ? this.#values[placeholder] : undefined;
  }

  rejectUnused() {
    const reject = (parameterName: string, keys: Set<string>) => {
      if (keys.size)
        throw validationError(
          `Value provided in ${parameterName} unused in expressions: keys: {${[...keys].join(', ')}}`,
        );
    };
    reject('ExpressionAttributeNames', this.#unusedNames);
    reject('ExpressionAttributeValues', this.#unusedValues);
  }
}

const validateNames = (names: Readonly<Record<string, string>>) => {
  const entries = Object.entries(names);
  if (!entries.length) throw validationError('ExpressionAttributeNames must not be empty');
  for (const [key, name] of entries) {
    const invalidEntry = (detail: string) => validationError(`ExpressionAttributeNames contains invalid ${detail}`);
    if (!/^#\w+$/.test(key)) throw invalidEntry(`key: Syntax error; key: "${key}"`);
    if (!name) throw invalidEntry(`value: Empty attribute name for key ${key}`);
  }
  return names;
};

const validateValues = (values: Item): Item => {
  const entries = Object.entries(values);
  if (!entries.length) throw validationError('ExpressionAttributeValues must not be empty');
  for (const [key] of entries)
    if (!/^:\w+$/.test(key))
      throw validationError(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
  return Object.fromEntries(entries.map(([key, value]) => [key, validateValue(value)]));
};

/** Parses the placeholders of a request. Only the expressions in `expressionsWithValues` may use values. */
export const parsePlaceholders = (
  input: Record<string, unknown>,
  expressionsWithoutValues: readonly string[],
  expressionsWithValues: readonly string[],
) => {
  const names = input['ExpressionAttributeNames'] as Record<string, string> | undefined;
  const values = input['ExpressionAttributeValues'] as Item | undefined;
  if (names && [...expressionsWithoutValues, ...expressionsWithValues].every((name) => input[name] === undefined))
    throw validationError('ExpressionAttributeNames can only be specified when using expressions');
  if (values && expressionsWithValues.every((name) => input[name] === undefined)) {
    const detail = `${expressionsWithValues.join(' and ')} ${expressionsWithValues.length > 1 ? 'are' : 'is'} null`;
    throw validationError(`ExpressionAttributeValues can only be specified when using expressions: ${detail}`);
  }
  return new Placeholders(names && validateNames(names), values && validateValues(values));
};

/** Parses one expression from left to right. */
export class ExpressionParser {
  readonly #kind: string;
  readonly #text: string;
  readonly #placeholders: Placeholders;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(kind: string, text: string, placeholders: Placeholders) {
    this.#kind = kind;
    this.#text = text;
    this.#placeholders = placeholders;
    const bytes = Buffer.byteLength(text);
    if (!text.trim()) this.fail('The expression can not be empty;');
    if (bytes > MAX_EXPRESSION_BYTES)
      this.fail(`Expression size has exceeded the maximum allowed size; expression size: ${bytes}`);
    this.#tokens = [...text.matchAll(TOKEN)].flatMap(({ 0: all, 1: token, index }) =>
      token ? [{ text: token, from: index + all.length - token.length, to: index + all.length }] : [],
    );
  }

  fail(message: string): never {
    throw validationError(`Invalid ${this.#kind}: ${message}`);
  }

  syntaxError(): never {
    const from = this.#tokens[this.#position - 1] ?? this.#tokens[this.#position];
    const to = this.#tokens[this.#position + 1] ?? this.#tokens.at(-1);
    const near = this.#text.slice(from?.from, to?.to);
    return this.fail(`Syntax error; token: "${this.#tokens[this.#position]?.text ?? '<EOF>'}", near: "${near}"`);
  }

  peek(ahead = 0): string {
    return this.#tokens[this.#position + ahead]?.text ?? '';
  }

  /** Consumes the next token if it is one of these, in any case, and returns it in upper case. */
  accept(...tokens: readonly string[]): string | undefined {
    const token = this.peek().toUpperCase();
    if (!tokens.includes(token)) return undefined;
    this.#position += 1;
    return token;
  }

  expect(token: string) {
    if (!this.accept(token)) this.syntaxError();
  }

  expectEnd() {
    if (this.#position < this.#tokens.length) this.syntaxError();
  }

  parseList<T>(element: () => T): readonly T[] {
    const elements = [element()];
    while (this.accept(',')) elements.push(element());
    return elements;
  }

  /** If a function call comes next, consumes `name(` and returns the name. */
  parseCallStart(): string | undefined {
    if (!/^[A-Za-z]/.test(this.peek()) || this.peek(1) !== '(') return undefined;
    this.#position += 2;
    return this.peek(-2);
  }

  parsePath(): Path {
    const steps: (string | number)[] = [this.#parseName()];
    for (let separator = this.accept('.', '['); separator; separator = this.accept('.', '[')) {
      if (separator === '.') steps.push(this.#parseName());
      else {
        steps.push(/^\d+$/.test(this.peek()) ? Number(this.#takeToken()) : this.syntaxError());
        this.expect(']');
      }
    }
    return steps;
  }

  parseValue(): AttributeValue | undefined {
    if (!/^:\w/.test(this.peek())) return undefined;
    const placeholder = this.#takeToken();
    const message = `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`;
    return this.#placeholders.useValue(placeholder) ?? this.fail(message);
  }

  /** Throws if two paths overlap, or if one uses a value as a map and the other uses it as a list. */
  requireDisjoint(paths: readonly Path[]) {
    for (const [index, second] of paths.entries()) {
      for (const first of paths.slice(0, index)) {
        const divergenceIndex = first.findIndex((step, depth) => depth < second.length && step !== second[depth]);
        if (divergenceIndex >= 0 && typeof first[divergenceIndex] === typeof second[divergenceIndex]) continue;
        this.fail(
          `Two document paths ${divergenceIndex < 0 ? 'overlap' : 'conflict'} with each other; ` +
            `must remove or rewrite one of these paths; path one: ${formatPath(first)}, path two: ${formatPath(second)}`,
        );
      }
    }
  }

  #takeToken(): string {
    this.#position += 1;
    return this.peek(-1);
  }

  #parseName(): string {
    if (!/^[A-Za-z]|^#\w/.test(this.peek())) this.syntaxError();
    const name = this.#takeToken();
    if (!name.startsWith('#')) {
      if (RESERVED.has(name.toUpperCase()))
        this.fail(`Attribute name is a reserved keyword; reserved keyword: ${name}`);
      return name;
    }
    const message = `An expression attribute name used in the document path is not defined; attribute name: ${name}`;
    return this.#placeholders.useName(name) ?? this.fail(message);
  }
}

/** Parses the list of paths of a projection. */
export const parseProjection = (text: string, placeholders: Placeholders): readonly Path[] => {
  const parser = new ExpressionParser('ProjectionExpression', text, placeholders);
  const paths = parser.parseList(() => parser.parsePath());
  parser.expectEnd();
  parser.requireDisjoint(paths);
  return paths;
};
