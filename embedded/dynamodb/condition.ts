import { get, type Path, shown } from './document.ts';
import { Expression, type Placeholders } from './expression.ts';
import { beginsWith, compare, equal, type Item, TYPES, type Type, typeOf, type Value } from './values.ts';

export type Operand = { readonly path?: Path; readonly value?: Value; readonly size?: Operand };
export type Condition =
  | { readonly op: 'AND' | 'OR' | 'NOT'; readonly of: readonly Condition[] }
  | { readonly op: Test; readonly operands: readonly Operand[] };

type Test = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'BETWEEN' | 'IN' | Call;
type Call = keyof typeof ARITY;

const COMPARATORS = ['=', '<>', '<', '<=', '>', '>='];
const ARITY = { attribute_exists: 1, attribute_not_exists: 1, attribute_type: 2, begins_with: 2, contains: 2 } as const;
export const CONDITION_FUNCTIONS: readonly string[] = [...Object.keys(ARITY), 'size'];
const ORDERED: readonly Type[] = ['S', 'N', 'B'];
const SIZED: readonly Type[] = ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M'];
const MAX_IN = 100;

class Parser {
  readonly #in: Expression;
  /** The condition that the last parentheses held: parentheses around just that are one pair too many. */
  #grouped: Condition | undefined;

  constructor(expression: Expression) {
    this.#in = expression;
  }

  or(): Condition {
    let left = this.#and();
    while (this.#in.next('OR')) left = { op: 'OR', of: [left, this.#and()] };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#in.next('AND')) left = { op: 'AND', of: [left, this.#not()] };
    return left;
  }

  #not(): Condition {
    return this.#in.next('NOT') ? { op: 'NOT', of: [this.#not()] } : this.#primary();
  }

  #primary(): Condition {
    if (!this.#in.next('(')) return this.#test();
    const inner = this.or();
    this.#in.expect(')');
    if (inner === this.#grouped) this.#in.fail('The expression has redundant parentheses;');
    this.#grouped = inner;
    return inner;
  }

  #test(): Condition {
    const called = this.#in.peek();
    const first = this.#callOrOperand();
    const operator = this.#in.next(...COMPARATORS, 'BETWEEN', 'IN') as Test | undefined;
    if ('op' in first) return operator ? this.#misused(called) : first;
    if (!operator) return first.size ? this.#misused('size') : this.#in.syntaxError();
    const operands = [first, ...this.#rest(operator)];
    if (operator !== 'IN' && operator !== '=' && operator !== '<>') this.#types(operator, operands, ORDERED);
    return this.#distinct({ op: operator, operands });
  }

  #rest(operator: Test): readonly Operand[] {
    if (operator === 'IN') {
      this.#in.expect('(');
      const members = this.#in.list(() => this.#operand());
      this.#in.expect(')');
      if (members.length > MAX_IN) this.#arity('IN', members.length + 1);
      return members;
    }
    const second = this.#operand();
    if (operator !== 'BETWEEN') return [second];
    this.#in.expect('AND');
    const third = this.#operand();
    this.#bounds(second.value, third.value);
    return [second, third];
  }

  #operand(): Operand {
    const called = this.#in.peek();
    const operand = this.#callOrOperand();
    return 'op' in operand ? this.#misused(called) : operand;
  }

  #callOrOperand(): Operand | (Condition & { readonly op: Call }) {
    const name = this.#in.call();
    if (!name) {
      const value = this.#in.value();
      return value ? { value } : { path: this.#in.path() };
    }
    if (name !== 'size' && !Object.hasOwn(ARITY, name)) this.#in.fail(`Invalid function name; function: ${name}`);
    const operands = this.#in.list(() => this.#operand());
    this.#in.expect(')');
    const [first = {}, second] = operands;
    if (operands.length !== (name === 'size' ? 1 : ARITY[name as Call])) this.#arity(name, operands.length);
    if (name === 'size') {
      this.#types(name, operands, SIZED);
      return { size: first };
    }
    if (name.startsWith('attribute') && !first.path)
      this.#in.fail(`Operator or function requires a document path; operator or function: ${name}`);
    if (name === 'begins_with') this.#types(name, operands, ['S', 'B']);
    if (name === 'attribute_type') this.#typeName(second);
    return this.#distinct({ op: name as Call, operands });
  }

  #typeName(operand: Operand | undefined) {
    if (!operand?.value) return this.#operandType('attribute_type', `{${TYPES.join(',')}}`);
    this.#types('attribute_type', [operand], ['S']);
    if (!TYPES.includes(operand.value.S ?? ''))
      this.#in.fail(`Invalid attribute type name found; type: ${operand.value.S}, valid types: {${TYPES.join(',')}}`);
  }

  #types(name: string, operands: readonly Operand[], allowed: readonly Type[]) {
    for (const { value } of operands)
      if (value && !allowed.includes(typeOf(value))) this.#operandType(name, typeOf(value));
  }

  #operandType(name: string, type: string): never {
    const what = `operator or function: ${name}, operand type: ${type}`;
    return this.#in.fail(`Incorrect operand type for operator or function; ${what}`);
  }

  #arity(name: string, count: number): never {
    const what = `operator or function: ${name}, number of operands: ${count}`;
    return this.#in.fail(`Incorrect number of operands for operator or function; ${what}`);
  }

  #misused(name: string): never {
    return this.#in.fail(`The function is not allowed to be used this way in an expression; function: ${name}`);
  }

  #distinct<C extends { readonly op: string; readonly operands: readonly Operand[] }>(condition: C): C {
    const [first, ...others] = condition.operands.map(({ path }) => path && shown(path));
    if (first && others.includes(first)) {
      const what = `operator: ${condition.op}, first operand: ${first}`;
      this.#in.fail(
        `The first operand must be distinct from the remaining operands for this operator or function; ${what}`,
      );
    }
    return condition;
  }

  #bounds(low: Value | undefined, high: Value | undefined) {
    if (!low || !high) return;
    const order = compare(low, high);
    const rule =
      order === undefined
        ? 'same data type for lower and upper bounds'
        : 'upper bound to be greater than or equal to lower bound';
    if (order === undefined || order > 0) this.#in.fail(`The BETWEEN operator requires ${rule}`);
  }
}

export const parseCondition = (kind: string, text: string, from: Placeholders): Condition => {
  const expression = new Expression(kind, text, from);
  const condition = new Parser(expression).or();
  expression.end();
  return condition;
};

const sizeOf = (value: Value | undefined): Value | undefined => {
  if (!value) return undefined;
  const { S, B, SS, NS, BS, L, M } = value;
  const size =
    S?.length ?? (B && Buffer.byteLength(B, 'base64')) ?? (SS ?? NS ?? BS ?? L ?? (M && Object.keys(M)))?.length;
  return size === undefined ? undefined : { N: String(size) };
};

const resolve = ({ path, value, size }: Operand, item: Item): Value | undefined =>
  value ?? (path ? get(item, path) : size && sizeOf(resolve(size, item)));

const contains = (within: Value, part: Value) => {
  if (within.L) return within.L.some((element) => equal(element, part));
  if (within.S !== undefined) return part.S !== undefined && within.S.includes(part.S);
  if (within.B !== undefined)
    return part.B !== undefined && Buffer.from(within.B, 'base64').includes(Buffer.from(part.B, 'base64'));
  const { SS, NS, BS } = within;
  const member = SS ? part.S : NS ? part.N : part.B;
  return member !== undefined && ((SS ?? NS ?? BS)?.includes(member) ?? false);
};

const order = (a: Value | undefined, b: Value | undefined) => (a && b ? compare(a, b) : undefined) ?? Number.NaN;

/** Whether the item meets the condition. An absent attribute equals nothing and has no order. */
export const meets = (condition: Condition, item: Item): boolean => {
  if ('of' in condition) {
    if (condition.op === 'AND') return condition.of.every((part) => meets(part, item));
    if (condition.op === 'OR') return condition.of.some((part) => meets(part, item));
    return !condition.of.some((part) => meets(part, item));
  }
  const [a, b, c] = condition.operands.map((operand) => resolve(operand, item));
  switch (condition.op) {
    case '=':
      return a !== undefined && equal(a, b);
    case '<>':
      return a === undefined || !equal(a, b);
    case '<':
      return order(a, b) < 0;
    case '<=':
      return order(a, b) <= 0;
    case '>':
      return order(a, b) > 0;
    case '>=':
      return order(a, b) >= 0;
    case 'BETWEEN':
      return order(a, b) >= 0 && order(a, c) <= 0;
    case 'IN':
      return a !== undefined && condition.operands.slice(1).some((operand) => equal(a, resolve(operand, item)));
    case 'attribute_exists':
      return a !== undefined;
    case 'attribute_not_exists':
      return a === undefined;
    case 'attribute_type':
      return a !== undefined && typeOf(a) === b?.S;
    case 'begins_with':
      return a !== undefined && b !== undefined && beginsWith(a, b);
    case 'contains':
      return a !== undefined && b !== undefined && contains(a, b);
  }
};

/** The attributes that a condition reads. */
export const attributesOf = (condition: Condition): readonly string[] => {
  if ('of' in condition) return condition.of.flatMap(attributesOf);
  const named = ({ path, size }: Operand): readonly string[] => (path ? [String(path[0])] : size ? named(size) : []);
  return condition.operands.flatMap(named);
};
