import { CONDITION_FUNCTIONS } from './condition.ts';
import * as decimal from './decimal.ts';
import { compareListPositions, findAtPath, type Path, removeAtPath, setAtPath } from './document.ts';
import { ExpressionParser, type Placeholders } from './expression.ts';
import { type AttributeValue, type Item, typeOf, validationError } from './values.ts';

/** Computes a value from the item as it was before the update. */
type Source = { readonly from: (item: Item) => AttributeValue; readonly path?: Path; readonly value?: AttributeValue };
type Change = { readonly path: Path; readonly value: AttributeValue };
export type Update = {
  readonly sets: readonly { readonly path: Path; readonly to: Source }[];
  readonly removes: readonly Path[];
  readonly adds: readonly Change[];
  readonly deletes: readonly Change[];
};

const SETS = ['SS', 'NS', 'BS'] as const;
const wrongType = () => validationError('An operand in the update expression has an incorrect data type');

const readAttribute = (path: Path) => (item: Item) => {
  const value = findAtPath(item, path);
  if (!value) throw validationError('The provided expression refers to an attribute that does not exist in the item');
  return value;
};

const parseOperand = (parser: ExpressionParser): Source => {
  if (parser.accept('(')) {
    const inner = parseSource(parser);
    parser.expect(')');
    return inner;
  }
  const name = parser.parseCallStart();
  if (name) return parseCall(parser, name);
  const value = parser.parseValue();
  if (value) return { value, from: () => value };
  const path = parser.parsePath();
  return { path, from: readAttribute(path) };
};

type TypedOperands = { readonly operator: string; readonly operands: readonly Source[]; readonly type: 'N' | 'L' };

const requireType = (parser: ExpressionParser, { operator, operands, type }: TypedOperands) => {
  for (const { value } of operands) {
    if (!value || typeOf(value) === type) continue;
    const detail = `operator or function: ${operator}, operand type: ${typeOf(value)}`;
    parser.fail(`Incorrect operand type for operator or function; ${detail}`);
  }
};

const parseCall = (parser: ExpressionParser, name: string): Source => {
  if (name !== 'if_not_exists' && name !== 'list_append') {
    const known = CONDITION_FUNCTIONS.includes(name);
    const message = known ? 'The function is not allowed in an update expression' : 'Invalid function name';
    return parser.fail(`${message}; function: ${name}`);
  }
  const operands = parser.parseList(() => parseOperand(parser));
  parser.expect(')');
  const [first, second, ...more] = operands;
  if (!first || !second || more.length) {
    const detail = `operator or function: ${name}, number of operands: ${operands.length}`;
    return parser.fail(`Incorrect number of operands for operator or function; ${detail}`);
  }
  if (name === 'list_append') {
    requireType(parser, { operator: name, operands, type: 'L' });
    return {
      from: (item) => {
        const [left, right] = [first.from(item).L, second.from(item).L];
        if (!left || !right) throw wrongType();
        return { L: [...left, ...right] };
      },
    };
  }
  const { path } = first;
  if (!path) return parser.fail(`Operator or function requires a document path; operator or function: ${name}`);
  return { from: (item) => findAtPath(item, path) ?? second.from(item) };
};

const parseSource = (parser: ExpressionParser): Source => {
  const first = parseOperand(parser);
  const operator = parser.accept('+', '-');
  if (!operator) return first;
  const second = parseOperand(parser);
  requireType(parser, { operator, operands: [first, second], type: 'N' });
  const compute = operator === '+' ? decimal.add : decimal.subtract;
  return {
    from: (item) => {
      const [left, right] = [first.from(item).N, second.from(item).N];
      if (left === undefined || right === undefined) throw wrongType();
      return { N: compute(left, right) };
    },
  };
};

const parseChange = (parser: ExpressionParser, operator: 'ADD' | 'DELETE'): Change => {
  const path = parser.parsePath();
  const value = parser.parseValue() ?? parser.syntaxError();
  const type = typeOf(value);
  if (!SETS.some((set) => set === type) && !(operator === 'ADD' && type === 'N')) {
    const detail = `operator: ${operator}, operand type: ${type}`;
    parser.fail(`Incorrect operand type for operator or function; ${detail}`);
  }
  return { path, value };
};

export const parseUpdate = (text: string, placeholders: Placeholders): Update => {
  const parser = new ExpressionParser('UpdateExpression', text, placeholders);
  const parsed = new Map<string, Update>();
  const empty: Update = { sets: [], removes: [], adds: [], deletes: [] };
  const sections: Record<string, () => Update> = {
    SET: () => {
      const assignment = () => {
        const path = parser.parsePath();
        parser.expect('=');
        return { path, to: parseSource(parser) };
      };
      return { ...empty, sets: parser.parseList(assignment) };
    },
    REMOVE: () => ({ ...empty, removes: parser.parseList(() => parser.parsePath()) }),
    ADD: () => ({ ...empty, adds: parser.parseList(() => parseChange(parser, 'ADD')) }),
    DELETE: () => ({ ...empty, deletes: parser.parseList(() => parseChange(parser, 'DELETE')) }),
  };
  do {
    const name = parser.accept('SET', 'REMOVE', 'ADD', 'DELETE') ?? parser.syntaxError();
    if (parsed.has(name)) parser.fail(`The "${name}" section can only be used once in an update expression;`);
    parsed.set(name, sections[name]?.() ?? empty);
  } while (parser.peek());
  const update = {
    sets: parsed.get('SET')?.sets ?? [],
    removes: parsed.get('REMOVE')?.removes ?? [],
    adds: parsed.get('ADD')?.adds ?? [],
    deletes: parsed.get('DELETE')?.deletes ?? [],
  };
  parser.requireDisjoint(toPaths(update));
  return update;
};

export const toPaths = ({ sets, removes, adds, deletes }: Update): readonly Path[] => [
  ...[...sets, ...adds, ...deletes].map(({ path }) => path),
  ...removes,
];

/** Returns the set with the members added or removed. */
const withMembers = (old: AttributeValue, value: AttributeValue, adds: boolean): AttributeValue | undefined => {
  const type = typeOf(value) as (typeof SETS)[number];
  const [members, changed] = [old[type], value[type] ?? []];
  if (!members) throw wrongType();
  const kept = members.filter((member) => !changed.includes(member));
  const result = adds ? [...kept, ...changed] : kept;
  return result.length ? { [type]: result } : undefined;
};

const addTo = (old: AttributeValue | undefined, value: AttributeValue): AttributeValue => {
  if (!old) return value;
  if (value.N === undefined) return withMembers(old, value, true) as AttributeValue;
  if (old.N === undefined) throw wrongType();
  return { N: decimal.add(old.N, value.N) };
};

/** Returns the updated item. Every clause reads the item, and indexes its lists, as they were before the update. */
export const applyUpdate = (update: Update, old: Item): Item => {
  let item = old;
  const sets = update.sets.map(({ path, to }) => ({ path, value: to.from(old) }));
  for (const { path, value } of sets.sort((a, b) => compareListPositions(a.path, b.path)))
    item = setAtPath(item, path, value);
  for (const { path, value } of update.adds) item = setAtPath(item, path, addTo(findAtPath(item, path), value));
  for (const { path, value } of update.deletes) {
    const current = findAtPath(item, path);
    if (!current) continue;
    const remaining = withMembers(current, value, false);
    item = remaining ? setAtPath(item, path, remaining) : removeAtPath(item, path);
  }
  for (const path of [...update.removes].sort((a, b) => compareListPositions(b, a))) item = removeAtPath(item, path);
  return item;
};
