import { conformance, get, key, put, type Step, update } from './suite.ts';

const condition = (ConditionExpression: string, values?: Record<string, unknown>, names?: Record<string, string>) =>
  put(key('a'), {
    ConditionExpression,
    ...(values && { ExpressionAttributeValues: values }),
    ...(names && { ExpressionAttributeNames: names }),
  });

const toRejection = (
  ConditionExpression: string,
  message: string,
  values?: Record<string, unknown>,
): [string, Step[]] => [
  `rejects ${ConditionExpression}`,
  [condition(ConditionExpression, values).fails('ValidationException', `Invalid ConditionExpression: ${message}`)],
];

const text = { ':a': 'a' };
const operandType = 'Incorrect operand type for operator or function; operator or function:';

conformance(
  'the grammar of conditions',
  Object.fromEntries([
    toRejection('', 'The expression can not be empty;'),
    toRejection('a == :a', 'Syntax error; token: "=", near: "== :a"', text),
    toRejection('a = 1', 'Syntax error; token: "1", near: "= 1"'),
    toRejection('foo bar', 'Syntax error; token: "bar", near: "foo bar"'),
    toRejection('a = :a OR', 'Syntax error; token: "<EOF>", near: "OR"', text),
    toRejection('(a = :a', 'Syntax error; token: "<EOF>", near: ":a"', text),
    toRejection('_a = :a', 'Syntax error; token: "_", near: "_a"', text),
    toRejection('status = :a', 'Attribute name is a reserved keyword; reserved keyword: status', text),
    toRejection('((a = :a))', 'The expression has redundant parentheses;', text),
    toRejection('foo(a)', 'Invalid function name; function: foo'),
    toRejection('attribute_exists(:a)', 'Operator or function requires a document path', text),
    toRejection('attribute_exists(a, b)', 'Incorrect number of operands for operator or function'),
    toRejection('begins_with(a, :n)', `${operandType} begins_with, operand type: N`, { ':n': 1 }),
    toRejection('attribute_type(a, :n)', `${operandType} attribute_type, operand type: N`, { ':n': 1 }),
    toRejection('attribute_type(a, :a)', 'Invalid attribute type name found; type: a', text),
    toRejection('a < :t', `${operandType} <, operand type: BOOL`, { ':t': true }),
    toRejection('size(:n) = :n', `${operandType} size, operand type: N`, { ':n': 1 }),
    toRejection('size(a)', 'The function is not allowed to be used this way in an expression; function: size'),
    toRejection('contains(a, attribute_exists(b))', 'The function is not allowed to be used this way in an expression'),
    toRejection('a = a', 'The first operand must be distinct from the remaining operands'),
    toRejection('a BETWEEN :a AND :n', 'The BETWEEN operator requires same data type', { ':a': 'a', ':n': 1 }),
    toRejection('a BETWEEN :b AND :a', 'The BETWEEN operator requires upper bound', { ':a': 'a', ':b': 'b' }),
    toRejection('#a = :a', 'An expression attribute name used in the document path is not defined', text),
    toRejection('a = :b AND c = :a', 'An expression attribute value used in expression is not defined', text),
    toRejection(`a = :a OR ${'x'.repeat(4100)} = :a`, 'Expression size has exceeded the maximum allowed size', text),
  ]),
);

conformance('placeholders', {
  'must all be used': [
    condition('a <> :a', { ':a': 1, ':b': 2 }).fails(
      'ValidationException',
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}',
    ),
    condition('a <> :a', { ':a': 1 }, { '#x': 'x' }).fails(
      'ValidationException',
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}',
    ),
  ],
  'may be used in any expression': [
    update('a', 'SET x = :a', { values: { ':a': 1 }, ConditionExpression: 'x <> :a' }).returns({
      Attributes: { ...key('a'), x: 1 },
    }),
  ],
  'need an expression': [
    put(key('a'), { ExpressionAttributeValues: text }).fails(
      'ValidationException',
      'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
    ),
    get('a', { ExpressionAttributeNames: { '#a': 'a' } }).fails(
      'ValidationException',
      'ExpressionAttributeNames can only be specified when using expressions',
    ),
  ],
  'must not be empty': [
    condition('a <> b', {}).fails('ValidationException', 'ExpressionAttributeValues must not be empty'),
    condition('a <> b', undefined, {}).fails('ValidationException', 'ExpressionAttributeNames must not be empty'),
  ],
  'have names of the required form': [
    condition('#a-b = :a', text, { '#a-b': 'x' }).fails('ValidationException', 'Syntax error; key: "#a-b"'),
  ],
});
