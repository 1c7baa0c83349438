import { CONDITION_FUNCTIONS } from './condition.ts';
import * as decimal from './decimal.ts';
import { byPosition, get, type Path, remove, set } from './document.ts';
import { Expression, type Placeholders } from './expression.ts';
import { type Item, invalid, typeOf, type Value } from './values.ts';

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
const wrongType = () => invalid('An operand in the update expression has an incorrect data type');

const attributeAt = (path: Path) => (item: Item) => {
  const value = get(item, path);
  if (!value) throw invalid('The provided expression refers to an attribute that does not exist in the item');
  return value;
};

const operand = (expression: Expression): Source => {
  if (expression.next('(')) {
    const inner = source(expression);
    expression.expect(')');
    return inner;
  }
  const name = expression.call();
  if (name) return call(expression, name);
  const value = expression.value();
  if (value) return { value, from: () => value };
  const path = expression.path();
  return { path, from: attributeAt(path) };
};

const requireType = (expression: Expression, name: string, operands: readonly Source[], type: 'N' | 'L') => {
  for (const { value } of operands) {
    if (!value || typeOf(value) === type) continue;
    const what = `operator or function: ${name}, operand type: ${typeOf(value)}`;
    expression.fail(`Incorrect operand type for operator or function; ${what}`);
  }
};

const call = (expression: Expression, name: string): Source => {
  if (name !== 'if_not_exists' && name !== 'list_append') {
    const known = CONDITION_FUNCTIONS.includes(name);
    const what = known ? 'The function is not allowed in an update expression' : 'Invalid function name';
    return expression.fail(`${what}; function: ${name}`);
  }
  const operands = expression.list(() => operand(expression));
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
  return { from: (item) => get(item, path) ?? second.from(item) };
};

const source = (expression: Expression): Source => {
  const first = operand(expression);
  const operator = expression.next('+', '-');
  if (!operator) return first;
  const second = operand(expression);
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

const change = (expression: Expression, operator: 'ADD' | 'DELETE'): Change => {
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
  const found = new Map<string, Update>();
  const none: Update = { sets: [], removes: [], adds: [], deletes: [] };
  const sections: Record<string, () => Update> = {
    SET: () => {
      const assignment = () => {
        const path = expression.path();
        expression.expect('=');
        return { path, to: source(expression) };
      };
      return { ...none, sets: expression.list(assignment) };
    },
    REMOVE: () => ({ ...none, removes: expression.list(() => expression.path()) }),
    ADD: () => ({ ...none, adds: expression.list(() => change(expression, 'ADD')) }),
    DELETE: () => ({ ...none, deletes: expression.list(() => change(expression, 'DELETE')) }),
  };
  do {
    const name = expression.next('SET', 'REMOVE', 'ADD', 'DELETE') ?? expression.syntaxError();
    if (found.has(name)) expression.fail(`The "${name}" section can only be used once in an update expression;`);
    found.set(name, sections[name]?.() ?? none);
  } while (expression.peek());
  const update = {
    sets: found.get('SET')?.sets ?? [],
    removes: found.get('REMOVE')?.removes ?? [],
    adds: found.get('ADD')?.adds ?? [],
    deletes: found.get('DELETE')?.deletes ?? [],
  };
  expression.disjoint(pathsOf(update));
  return update;
};

export const pathsOf = ({ sets, removes, adds, deletes }: Update): readonly Path[] => [
  ...[...sets, ...adds, ...deletes].map(({ path }) => path),
  ...removes,
];

/** The set without and, unless it is a deletion, with the members. */
const membersChanged = (old: Value, value: Value, adds: boolean): Value | undefined => {
  const type = typeOf(value) as (typeof SETS)[number];
  const [members, given] = [old[type], value[type] ?? []];
  if (!members) throw wrongType();
  const kept = members.filter((member) => !given.includes(member));
  const changed = adds ? [...kept, ...given] : kept;
  return changed.length ? { [type]: changed } : undefined;
};

const added = (old: Value | undefined, value: Value): Value => {
  if (!old) return value;
  if (value.N === undefined) return membersChanged(old, value, true) as Value;
  if (old.N === undefined) throw wrongType();
  return { N: decimal.add(old.N, value.N) };
};

/** The item after the update. All of it reads the item as it was; positions in lists are those before it, too. */
export const apply = (update: Update, old: Item): Item => {
  let item = old;
  const sets = update.sets.map(({ path, to }) => ({ path, value: to.from(old) }));
  for (const { path, value } of sets.sort((a, b) => byPosition(a.path, b.path))) item = set(item, path, value);
  for (const { path, value } of update.adds) item = set(item, path, added(get(item, path), value));
  for (const { path, value } of update.deletes) {
    const present = get(item, path);
    if (!present) continue;
    const left = membersChanged(present, value, false);
    item = left ? set(item, path, left) : remove(item, path);
  }
  for (const path of [...update.removes].sort((a, b) => byPosition(b, a))) item = remove(item, path);
  return item;
};
