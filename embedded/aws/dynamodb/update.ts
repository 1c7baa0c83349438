import { CONDITION_FUNCTIONS } from './condition.ts';
import * as decimal from './decimal.ts';
import { compareListPositions, findAtPath, type Path, removeAtPath, setAtPath } from './document.ts';
import { Expression, type Placeholders } from './expression.ts';
import { type Item, typeOf, type Value, validationError } from './values.ts';

/** Computes a value from the item as it was before the update. */
type Source = { readonly from: (item: Item) => Value; readonly path?: Path; readonly value?: Value };
type Change = { readonly path: Path; readonly value: Value };
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

const parseOperand = (expression: Expression): Source => {
  if (expression.next('(')) {
    const inner = parseSource(expression);
    expression.expect(')');
    return inner;
  }
  const name = expression.call();
  if (name) return parseCall(expression, name);
  const value = expression.value();
  if (value) return { value, from: () => value };
  const path = expression.path();
  return { path, from: readAttribute(path) };
};

const requireType = (expression: Expression, name: string, operands: readonly Source[], type: 'N' | 'L') => {
  for (const { value } of operands) {
    if (!value || typeOf(value) === type) continue;
    const what = `operator or function: ${name}, operand type: ${typeOf(value)}`;
    expression.fail(`Incorrect operand type for operator or function; ${what}`);
  }
};

const parseCall = (expression: Expression, name: string): Source => {
  if (name !== 'if_not_exists' && name !== 'list_append') {
    const known = CONDITION_FUNCTIONS.includes(name);
    const what = known ? 'The function is not allowed in an update expression' : 'Invalid function name';
    return expression.fail(`${what}; function: ${name}`);
  }
  const operands = expression.list(() => parseOperand(expression));
  expression.expect(')');
  const [first, second, ...more] = operands;
  if (!first || !second || more.length) {
    const what = `operator or function: ${name}, number of operands: ${operands.length}`;
    return expression.fail(`Incorrect number of operands for operator or function; ${what}`);
  }
  if (name === 'list_append') {
    requireType(expression, name, operands, 'L');
    return {
      from: (item) => {
        const [left, right] = [first.from(item).L, second.from(item).L];
        if (!left || !right) throw wrongType();
        return { L: [...left, ...right] };
      },
    };
  }
  const { path } = first;
  if (!path) return expression.fail(`Operator or function requires a document path; operator or function: ${name}`);
  return { from: (item) => findAtPath(item, path) ?? second.from(item) };
};

const parseSource = (expression: Expression): Source => {
  const first = parseOperand(expression);
  const operator = expression.next('+', '-');
  if (!operator) return first;
  const second = parseOperand(expression);
  requireType(expression, operator, [first, second], 'N');
  const compute = operator === '+' ? decimal.add : decimal.subtract;
  return {
    from: (item) => {
      const [left, right] = [first.from(item).N, second.from(item).N];
      if (left === undefined || right === undefined) throw wrongType();
      return { N: compute(left, right) };
    },
  };
};

const parseChange = (expression: Expression, operator: 'ADD' | 'DELETE'): Change => {
  const path = expression.path();
  const value = expression.value() ?? expression.syntaxError();
  const type = typeOf(value);
  if (!SETS.some((set) => set === type) && !(operator === 'ADD' && type === 'N')) {
    const what = `operator: ${operator}, operand type: ${type}`;
    expression.fail(`Incorrect operand type for operator or function; ${what}`);
  }
  return { path, value };
};

export const parseUpdate = (text: string, from: Placeholders): Update => {
  const expression = new Expression('UpdateExpression', text, from);
  const parsed = new Map<string, Update>();
  const empty: Update = { sets: [], removes: [], adds: [], deletes: [] };
  const sections: Record<string, () => Update> = {
    SET: () => {
      const assignment = () => {
        const path = expression.path();
        expression.expect('=');
        return { path, to: parseSource(expression) };
      };
      return { ...empty, sets: expression.list(assignment) };
    },
    REMOVE: () => ({ ...empty, removes: expression.list(() => expression.path()) }),
    ADD: () => ({ ...empty, adds: expression.list(() => parseChange(expression, 'ADD')) }),
    DELETE: () => ({ ...empty, deletes: expression.list(() => parseChange(expression, 'DELETE')) }),
  };
  do {
    const name = expression.next('SET', 'REMOVE', 'ADD', 'DELETE') ?? expression.syntaxError();
    if (parsed.has(name)) expression.fail(`The "${name}" section can only be used once in an update expression;`);
    parsed.set(name, sections[name]?.() ?? empty);
  } while (expression.peek());
  const update = {
    sets: parsed.get('SET')?.sets ?? [],
    removes: parsed.get('REMOVE')?.removes ?? [],
    adds: parsed.get('ADD')?.adds ?? [],
    deletes: parsed.get('DELETE')?.deletes ?? [],
  };
  expression.requireDisjoint(pathsOf(update));
  return update;
};

export const pathsOf = ({ sets, removes, adds, deletes }: Update): readonly Path[] => [
  ...[...sets, ...adds, ...deletes].map(({ path }) => path),
  ...removes,
];

/** Returns the set with the members added or removed. */
const withMembers = (old: Value, value: Value, adds: boolean): Value | undefined => {
  const type = typeOf(value) as (typeof SETS)[number];
  const [members, changed] = [old[type], value[type] ?? []];
  if (!members) throw wrongType();
  const kept = members.filter((member) => !changed.includes(member));
  const result = adds ? [...kept, ...changed] : kept;
  return result.length ? { [type]: result } : undefined;
};

const addTo = (old: Value | undefined, value: Value): Value => {
  if (!old) return value;
  if (value.N === undefined) return withMembers(old, value, true) as Value;
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
