import { conformance, get, key, put, type Step, update } from './suite.ts';

type Case = readonly [before: object, expression: string, values: Record<string, unknown> | undefined, after: object];

const INVALID_PATH = 'The document path provided in the update expression is invalid for update';
const WRONG_TYPE = 'An operand in the update expression has an incorrect data type';
const MISSING_ATTRIBUTE = 'The provided expression refers to an attribute that does not exist in the item';

/** The attributes of an item, besides its key, before the update and after it. */
const CASES: readonly Case[] = [
  [{}, 'SET a = :v', { ':v': 1 }, { a: 1 }],
  [{ a: 1, b: 2 }, 'SET a = b, b = a', undefined, { a: 2, b: 1 }],
  [{ n: 1.5 }, 'SET n = n + :v', { ':v': 0.25 }, { n: 1.75 }],
  [{ n: 1 }, 'SET n = n - :v', { ':v': 3 }, { n: -2 }],
  [{ n: 1 }, 'SET n = :v - n', { ':v': 3 }, { n: 2 }],
  [{ n: 1 }, 'SET m = (n + :v)', { ':v': 3 }, { n: 1, m: 4 }],
  [{ n: 0.1 }, 'SET n = n + :v', { ':v': 0.2 }, { n: 0.3 }],
  [{}, 'SET n = if_not_exists(n, :zero) + :one', { ':zero': 0, ':one': 1 }, { n: 1 }],
  [{ n: 5 }, 'SET n = if_not_exists(n, :zero) + :one', { ':zero': 0, ':one': 1 }, { n: 6 }],
  [{ h: [1] }, 'SET h = list_append(h, :more)', { ':more': [2, 3] }, { h: [1, 2, 3] }],
  [{ h: [1] }, 'SET h = list_append(:more, h)', { ':more': [0] }, { h: [0, 1] }],
  [{}, 'SET h = list_append(if_not_exists(h, :none), :v)', { ':none': [], ':v': [1] }, { h: [1] }],
  [{ m: { x: 1 } }, 'SET m.y = :v', { ':v': 2 }, { m: { x: 1, y: 2 } }],
  [{ l: [1, 2] }, 'SET l[0] = :v', { ':v': 9 }, { l: [9, 2] }],
  [{ l: [1] }, 'SET l[7] = :seven, l[5] = :five', { ':seven': 7, ':five': 5 }, { l: [1, 5, 7] }],
  [{ l: [{ n: 1 }] }, 'SET l[0].n = l[0].n + :v', { ':v': 1 }, { l: [{ n: 2 }] }],
  [{ l: [1, 2, 3] }, 'REMOVE l[0], l[1]', undefined, { l: [3] }],
  [{ l: [1, 2, 3] }, 'SET l[0] = :v REMOVE l[1]', { ':v': 9 }, { l: [9, 3] }],
  [{ l: [1] }, 'REMOVE l[5]', undefined, { l: [1] }],
  [{ a: 1, b: 2 }, 'REMOVE a, gone', undefined, { b: 2 }],
  [{ m: { x: 1, y: 2 } }, 'REMOVE m.x', undefined, { m: { y: 2 } }],
  [{ n: 1 }, 'ADD n :v', { ':v': 2 }, { n: 3 }],
  [{}, 'ADD n :v', { ':v': 2 }, { n: 2 }],
  [{ m: { n: 1 } }, 'ADD m.n :v', { ':v': -2 }, { m: { n: -1 } }],
  [{}, 'ADD s :v', { ':v': new Set(['a']) }, { s: new Set(['a']) }],
  [{ s: new Set(['a']) }, 'ADD s :v', { ':v': new Set(['a', 'b']) }, { s: new Set(['a', 'b']) }],
  [{ s: new Set([1, 2]) }, 'DELETE s :v', { ':v': new Set([1, 5]) }, { s: new Set([2]) }],
  [{ s: new Set(['a']) }, 'DELETE s :v', { ':v': new Set(['a']) }, {}],
  [{}, 'DELETE s :v', { ':v': new Set(['a']) }, {}],
  [{ a: 1, b: 2 }, 'set a = :v remove b add n :v', { ':v': 3 }, { a: 3, n: 3 }],
];

const toCase = ([before, expression, values, after]: Case): [string, readonly Step[]] => [
  `${expression} on ${JSON.stringify(before)}`,
  [
    put({ ...key('a'), ...before }).returns({}),
    update('a', expression, { values }).returns({ Attributes: { ...key('a'), ...after } }),
    get('a').returns({ Item: { ...key('a'), ...after } }),
  ],
];

conformance('an update', Object.fromEntries(CASES.map(toCase)));

type Rejection = readonly [expression: string, values: Record<string, unknown> | undefined, message: string];
const item = { n: 1, s: 'text', m: { x: 1 }, l: [1] };
const SYNTAX = 'Invalid UpdateExpression:';

const REJECTIONS: readonly Rejection[] = [
  ['SET gone.x = :v', { ':v': 1 }, INVALID_PATH],
  ['SET m.y.z = :v', { ':v': 1 }, INVALID_PATH],
  ['SET n[0] = :v', { ':v': 1 }, INVALID_PATH],
  ['SET m[0] = :v', { ':v': 1 }, INVALID_PATH],
  ['REMOVE gone.x', undefined, INVALID_PATH],
  ['SET a = gone', undefined, MISSING_ATTRIBUTE],
  ['SET a = gone + :v', { ':v': 1 }, MISSING_ATTRIBUTE],
  ['SET a = s + :v', { ':v': 1 }, WRONG_TYPE],
  ['SET a = list_append(n, :v)', { ':v': [1] }, WRONG_TYPE],
  ['ADD l :v', { ':v': 1 }, WRONG_TYPE],
  ['ADD n :v', { ':v': new Set([1]) }, WRONG_TYPE],
  ['DELETE n :v', { ':v': new Set([1]) }, WRONG_TYPE],
  ['SET pk = :v', { ':v': 'b' }, 'Cannot update attribute pk. This attribute is part of the key'],
  ['REMOVE sk', undefined, 'Cannot update attribute sk. This attribute is part of the key'],
  ['ADD s :v', { ':v': 'x' }, `${SYNTAX} Incorrect operand type for operator or function; operator: ADD`],
  ['DELETE s :v', { ':v': 1 }, `${SYNTAX} Incorrect operand type for operator or function; operator: DELETE`],
  ['SET a = n + :v', { ':v': 'x' }, `${SYNTAX} Incorrect operand type for operator or function`],
  ['SET m.x = :v, m = :v', { ':v': 1 }, `${SYNTAX} Two document paths overlap with each other`],
  ['SET m.x = :v, m[0] = :v', { ':v': 1 }, `${SYNTAX} Two document paths conflict with each other`],
  ['SET a = :v SET b = :v', { ':v': 1 }, `${SYNTAX} The "SET" section can only be used once`],
  ['SET a = n + :v + :v', { ':v': 1 }, `${SYNTAX} Syntax error; token: "+", near: ":v + :v"`],
  ['SET a =', undefined, `${SYNTAX} Syntax error; token: "<EOF>", near: "="`],
  ['SET a = b c', undefined, `${SYNTAX} Syntax error; token: "c", near: "b c"`],
  ['SET a = size(l)', undefined, `${SYNTAX} The function is not allowed in an update expression; function: size`],
  ['SET a = foo(l)', undefined, `${SYNTAX} Invalid function name; function: foo`],
  ['SET a = if_not_exists(:v, n)', { ':v': 1 }, `${SYNTAX} Operator or function requires a document path`],
  ['SET status = :v', { ':v': 1 }, `${SYNTAX} Attribute name is a reserved keyword; reserved keyword: status`],
];

const toRejectedCase = ([expression, values, message]: Rejection): [string, readonly Step[]] => [
  expression,
  [
    put({ ...key('a'), ...item }).returns({}),
    update('a', expression, { values }).fails('ValidationException', message),
    get('a').returns({ Item: { ...key('a'), ...item } }),
  ],
];

conformance('an update that is rejected, and changes nothing', Object.fromEntries(REJECTIONS.map(toRejectedCase)));

const set = (ReturnValues: string) =>
  update('a', 'SET n = :v, fresh = :v', { values: { ':v': 9 }, ReturnValues: ReturnValues as 'NONE' });
const before = put({ ...key('a'), m: 1, n: 1 }).returns({});

conformance('UpdateItem', {
  'creates a missing item': [
    update('a', 'SET x = :v', { values: { ':v': 1 } }).returns({ Attributes: { ...key('a'), x: 1 } }),
  ],
  'creates an item from its key even if it only removes attributes': [
    update('a', 'REMOVE x').returns({ Attributes: key('a') }),
    get('a').returns({ Item: key('a') }),
  ],
  'creates an item from its key without an expression': [update('a', undefined).returns({ Attributes: key('a') })],
  'changes nothing if its condition fails': [
    update('a', 'SET x = :v', { values: { ':v': 1 }, ConditionExpression: 'attribute_exists(pk)' }).fails(
      'ConditionalCheckFailedException',
    ),
    get('a').returns({}),
  ],
  'returns NONE': [before, set('NONE').returns({})],
  'returns ALL_OLD': [before, set('ALL_OLD').returns({ Attributes: { ...key('a'), m: 1, n: 1 } })],
  'returns ALL_NEW': [before, set('ALL_NEW').returns({ Attributes: { ...key('a'), m: 1, n: 9, fresh: 9 } })],
  'returns UPDATED_OLD': [before, set('UPDATED_OLD').returns({ Attributes: { n: 1 } })],
  'returns UPDATED_NEW': [before, set('UPDATED_NEW').returns({ Attributes: { n: 9, fresh: 9 } })],
  'returns no old values of a missing item': [set('UPDATED_OLD').returns({})],
  'returns no new value of a removed attribute': [
    before,
    update('a', 'REMOVE n', { ReturnValues: 'UPDATED_NEW' }).returns({}),
  ],
});
