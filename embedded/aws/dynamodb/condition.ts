import { findAtPath, formatPath, type Path } from './document.ts';
import { ExpressionParser, type Placeholders } from './expression.ts';
import {
  type AttributeType,
  type AttributeValue,
  beginsWith,
  compareValues,
  type Item,
  TYPES,
  typeOf,
  valuesEqual,
} from './values.ts';

export type Operand = { readonly path?: Path; readonly value?: AttributeValue; readonly size?: Operand };
export type Condition =
  | { readonly op: 'AND' | 'OR' | 'NOT'; readonly conditions: readonly Condition[] }
  | { readonly op: Test; readonly operands: readonly Operand[] };

type Test = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'BETWEEN' | 'IN' | Call;
type Call = keyof typeof ARITY;

const COMPARATORS = ['=', '<>', '<', '<=', '>', '>='];
const ARITY = { attribute_exists: 1, attribute_not_exists: 1, attribute_type: 2, begins_with: 2, contains: 2 } as const;
export const CONDITION_FUNCTIONS: readonly string[] = [...Object.keys(ARITY), 'size'];
const ORDERED: readonly AttributeType[] = ['S', 'N', 'B'];
const SIZED: readonly AttributeType[] = ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M'];
const MAX_IN = 100;

class ConditionParser {
  readonly #parser: ExpressionParser;
  /** The condition in the last parentheses. Further parentheses around exactly this condition are redundant. */
  #lastGroup: Condition | undefined;

  constructor(parser: ExpressionParser) {
    this.#parser = parser;
  }

  parseOr(): Condition {
    let left = this.#parseAnd();
    while (this.#parser.accept('OR')) left = { op: 'OR', conditions: [left, this.#parseAnd()] };
    return left;
  }

  #parseAnd(): Condition {
    let left = this.#parseNot();
    while (this.#parser.accept('AND')) left = { op: 'AND', conditions: [left, this.#parseNot()] };
    return left;
  }

  #parseNot(): Condition {
    return this.#parser.accept('NOT') ? { op: 'NOT', conditions: [this.#parseNot()] } : this.#parsePrimary();
  }

  #parsePrimary(): Condition {
    if (!this.#parser.accept('(')) return this.#parseTest();
    const inner = this.parseOr();
    this.#parser.expect(')');
    if (inner === this.#lastGroup) this.#parser.fail('The expression has redundant parentheses;');
    this.#lastGroup = inner;
    return inner;
  }

  #parseTest(): Condition {
    const functionName = this.#parser.peek();
    const first = this.#parseCallOrOperand();
    const operator = this.#parser.accept(...COMPARATORS, 'BETWEEN', 'IN') as Test | undefined;
    if ('op' in first) return operator ? this.#failMisused(functionName) : first;
    if (!operator) return first.size ? this.#failMisused('size') : this.#parser.syntaxError();
    const operands = [first, ...this.#parseRemainingOperands(operator)];
    if (operator !== 'IN' && operator !== '=' && operator !== '<>')
      this.#checkOperandTypes(operator, operands, ORDERED);
    return this.#requireDistinct({ op: operator, operands });
  }

  #parseRemainingOperands(operator: Test): readonly Operand[] {
    if (operator === 'IN') {
      this.#parser.expect('(');
      const members = this.#parser.parseList(() => this.#parseOperand());
      this.#parser.expect(')');
      if (members.length > MAX_IN) this.#failArity('IN', members.length + 1);
      return members;
    }
    const second = this.#parseOperand();
    if (operator !== 'BETWEEN') return [second];
    this.#parser.expect('AND');
    const third = this.#parseOperand();
    this.#checkBounds(second.value, third.value);
    return [second, third];
  }

  #parseOperand(): Operand {
    const functionName = this.#parser.peek();
    const operand = this.#parseCallOrOperand();
    return 'op' in operand ? this.#failMisused(functionName) : operand;
  }

  #parseCallOrOperand(): Operand | (Condition & { readonly op: Call }) {
    const name = this.#parser.parseCallStart();
    if (!name) {
      const value = this.#parser.parseValue();
      return value ? { value } : { path: this.#parser.parsePath() };
    }
    if (name !== 'size' && !Object.hasOwn(ARITY, name)) this.#parser.fail(`Invalid function name; function: ${name}`);
    const operands = this.#parser.parseList(() => this.#parseOperand());
    this.#parser.expect(')');
    const [first = {}, second] = operands;
    if (operands.length !== (name === 'size' ? 1 : ARITY[name as Call])) this.#failArity(name, operands.length);
    if (name === 'size') {
      this.#checkOperandTypes(name, operands, SIZED);
      return { size: first };
    }
    if (name.startsWith('attribute') && !first.path)
      this.#parser.fail(`Operator or function requires a document path; operator or function: ${name}`);
    if (name === 'begins_with') this.#checkOperandTypes(name, operands, ['S', 'B']);
    if (name === 'attribute_type') this.#checkTypeName(second);
    return this.#requireDistinct({ op: name as Call, operands });
  }

  #checkTypeName(operand: Operand | undefined) {
    if (!operand?.value) return this.#failOperandType('attribute_type', `{${TYPES.join(',')}}`);
    this.#checkOperandTypes('attribute_type', [operand], ['S']);
    if (!TYPES.includes(operand.value.S ?? ''))
      this.#parser.fail(
        `Invalid attribute type name found; type: ${operand.value.S}, valid types: {${TYPES.join(',')}}`,
      );
  }

  #checkOperandTypes(name: string, operands: readonly Operand[], allowed: readonly AttributeType[]) {
    for (const { value } of operands)
      if (value && !allowed.includes(typeOf(value))) this.#failOperandType(name, typeOf(value));
  }

  #failOperandType(name: string, type: string): never {
    const detail = `operator or function: ${name}, operand type: ${type}`;
    return this.#parser.fail(`Incorrect operand type for operator or function; ${detail}`);
  }

  #failArity(name: string, count: number): never {
    const detail = `operator or function: ${name}, number of operands: ${count}`;
    return this.#parser.fail(`Incorrect number of operands for operator or function; ${detail}`);
  }

  #failMisused(name: string): never {
    return this.#parser.fail(`The function is not allowed to be used this way in an expression; function: ${name}`);
  }

  #requireDistinct<C extends { readonly op: string; readonly operands: readonly Operand[] }>(condition: C): C {
    const [first, ...others] = condition.operands.map(({ path }) => path && formatPath(path));
    if (first && others.includes(first)) {
      const detail = `operator: ${condition.op}, first operand: ${first}`;
      this.#parser.fail(
        `The first operand must be distinct from the remaining operands for this operator or function; ${detail}`,
      );
    }
    return condition;
  }

  #checkBounds(low: AttributeValue | undefined, high: AttributeValue | undefined) {
    if (!low || !high) return;
    const order = compareValues(low, high);
    const rule =
      order === undefined
        ? 'same data type for lower and upper bounds'
        : 'upper bound to be greater than or equal to lower bound';
    if (order === undefined || order > 0) this.#parser.fail(`The BETWEEN operator requires ${rule}`);
  }
}

export const parseCondition = (kind: string, text: string, placeholders: Placeholders): Condition => {
  const parser = new ExpressionParser(kind, text, placeholders);
  const condition = new ConditionParser(parser).parseOr();
  parser.expectEnd();
  return condition;
};

const toSizeValue = (value: AttributeValue | undefined): AttributeValue | undefined => {
  if (!value) return undefined;
  const { S, B, SS, NS, BS, L, M } = value;
  const size =
    S?.length ?? (B && Buffer.byteLength(B, 'base64')) ?? (SS ?? NS ?? BS ?? L ?? (M && Object.keys(M)))?.length;
  return size === undefined ? undefined : { N: String(size) };
};

const resolveOperand = ({ path, value, size }: Operand, item: Item): AttributeValue | undefined =>
  value ?? (path ? findAtPath(item, path) : size && toSizeValue(resolveOperand(size, item)));

const contains = (within: AttributeValue, part: AttributeValue) => {
  if (within.L) return within.L.some((element) => valuesEqual(element, part));
  if (within.S !== undefined) return part.S !== undefined && within.S.includes(part.S);
  if (within.B !== undefined)
    return part.B !== undefined && Buffer.from(within.B, 'base64').includes(Buffer.from(part.B, 'base64'));
  const { SS, NS, BS } = within;
  const member = SS ? part.S : NS ? part.N : part.B;
  return member !== undefined && ((SS ?? NS ?? BS)?.includes(member) ?? false);
};

const compareOperands = (a: AttributeValue | undefined, b: AttributeValue | undefined) =>
  (a && b ? compareValues(a, b) : undefined) ?? Number.NaN;

/** Returns whether the item fulfils the condition. An absent attribute equals nothing and has no order. */
export const matchesCondition = (condition: Condition, item: Item): boolean => {
  if ('conditions' in condition) {
    if (condition.op === 'AND') return condition.conditions.every((part) => matchesCondition(part, item));
    if (condition.op === 'OR') return condition.conditions.some((part) => matchesCondition(part, item));
    return !condition.conditions.some((part) => matchesCondition(part, item));
  }
  const [a, b, c] = condition.operands.map((operand) => resolveOperand(operand, item));
  switch (condition.op) {
    case '=':
      return a !== undefined && valuesEqual(a, b);
    case '<>':
      return a === undefined || !valuesEqual(a, b);
    case '<':
      return compareOperands(a, b) < 0;
    case '<=':
      return compareOperands(a, b) <= 0;
    case '>':
      return compareOperands(a, b) > 0;
    case '>=':
      return compareOperands(a, b) >= 0;
    case 'BETWEEN':
      return compareOperands(a, b) >= 0 && compareOperands(a, c) <= 0;
    case 'IN':
      return (
        a !== undefined && condition.operands.slice(1).some((operand) => valuesEqual(a, resolveOperand(operand, item)))
      );
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

/** Returns the names of the attributes that a condition reads. */
export const toAttributeNames = (condition: Condition): readonly string[] => {
  if ('conditions' in condition) return condition.conditions.flatMap(toAttributeNames);
  const operandAttributes = ({ path, size }: Operand): readonly string[] =>
    path ? [String(path[0])] : size ? operandAttributes(size) : [];
  return condition.operands.flatMap(operandAttributes);
};
