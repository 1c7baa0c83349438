import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { causeOf, isPermanent, PermanentError } from '#platform/runtime/permanent-error';
import { ForeignKey } from '#platform/table/guard';

const named = (name: string, message = 'no', more: object = {}) => Object.assign(new Error(message), { name, ...more });
const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};
const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

describe('an error is permanent if it', () => {
  it.each<[string, unknown]>([
    ['says so', new PermanentError('no consumer of ThingLost.v1')],
    ['is a schema that refuses', thrownBy(() => z.object({ n: z.int() }).parse({ n: 'one' }))],
    ["is a refusal of the table's guard", new ForeignKey('no')],
    ['is a validation error of AWS', named('ValidationException')],
    ['is a serialization error of AWS', named('SerializationException')],
    ['is an execution with an invalid input', named('InvalidExecutionInput')],
    ['is an execution with an invalid name', named('InvalidName')],
    [
      'is a transaction of which a part is invalid',
      named('TransactionCanceledException', 'no', {
        CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }],
      }),
    ],
    ['is the marshaller that refuses undefined', thrownBy(() => marshall({ a: { b: undefined } }))],
    ['is the marshaller that refuses a class', thrownBy(() => marshall({ a: new Date(0) }))],
    ['is the marshaller that refuses an empty set', thrownBy(() => marshall({ a: new Set() }))],
    ['is the marshaller that refuses a set of objects', thrownBy(() => marshall({ a: new Set([{}]) }))],
    ['is the marshaller that refuses not a number', thrownBy(() => marshall({ a: Number.NaN }))],
    ['is the marshaller that refuses a large number', thrownBy(() => marshall({ a: Number.MAX_SAFE_INTEGER + 1 }))],
    ['is the marshaller that refuses a small number', thrownBy(() => marshall({ a: Number.MIN_SAFE_INTEGER - 1 }))],
  ])('%s', (_, error) => expect(isPermanent(error)).toBe(true));

  it.each<[string, unknown]>([
    ['a fault of the code', thrownBy(() => (undefined as unknown as string).length)],
    ['a denied call', named('AccessDeniedException')],
    ['a throttled call', named('ThrottlingException')],
    ['a call that timed out', named('TimeoutError')],
    [
      'a conflict',
      named('TransactionCanceledException', 'no', { CancellationReasons: [{ Code: 'TransactionConflict' }] }),
    ],
    ['a cancelled transaction without reasons', named('TransactionCanceledException')],
    ['a missing table', named('ResourceNotFoundException')],
    ['an item that does not match its schema', new Error('the item a#b does not match its schema: n: invalid_type')],
    ['nothing', undefined],
    ['text', 'no'],
    ['an object that contains itself', cyclic],
  ])('not, if it is %s', (_, error) => expect(isPermanent(error)).toBe(false));
});

describe('an error of AWS', () => {
  const invalidKey = 'The provided key element does not match the schema';
  it.each<[verdict: 'permanent' | 'may pass', name: string, message: string]>([
    ['permanent', 'ValidationException', 'Item size has exceeded the maximum allowed size'],
    ['permanent', 'ValidationException', 'Item size to update has exceeded the maximum allowed size'],
    ['permanent', 'ValidationException', invalidKey],
    ['permanent', 'ValidationException', 'One or more parameter values were invalid: Type mismatch for key dueSk'],
    ['may pass', 'ValidationException', 'Cannot read from backfilling global secondary index: due'],
    ['may pass', 'ValidationException', 'The table does not have the specified index: due'],
    ['permanent', 'SerializationException', 'NUMBER_VALUE cannot be converted to String'],
    ['permanent', 'InvalidExecutionInput', 'Invalid State Machine Execution Input'],
    ['permanent', 'InvalidName', "Invalid Name: '...'"],
    ['may pass', 'InvalidArn', "Invalid Arn: 'arn:aws:states'"],
    ['may pass', 'StateMachineDeleting', 'State Machine is being deleted'],
    ['permanent', 'InvalidMessageContents', 'Invalid characters found'],
    ['permanent', 'MessageRejected', 'Invalid email address'],
    ['permanent', 'MessageRejected', 'Address blacklisted.'],
    ['permanent', 'BadRequestException', "Missing final '@domain'"],
    ['permanent', 'BadRequestException', 'Local address contains control or whitespace'],
    [
      'may pass',
      'MessageRejected',
      'Email address is not verified. The following identities failed the check: shop.example',
    ],
    ['may pass', 'MessageRejected', 'Sending suspended for this account. For more information, check the inbox.'],
    ['may pass', 'MailFromDomainNotVerifiedException', 'no'],
    ['may pass', 'AccountSuspendedException', 'no'],
    ['may pass', 'SendingPausedException', 'no'],
    ['may pass', 'LimitExceededException', 'no'],
    ['may pass', 'TooManyRequestsException', 'Maximum sending rate exceeded.'],
    ['may pass', 'NotFoundException', 'Configuration set is not found'],
    ['may pass', 'ProvisionedThroughputExceededException', 'no'],
    ['may pass', 'UnrecognizedClientException', 'The security token included in the request is invalid'],
  ])('%s: %s "%s"', (verdict, name, message) => {
    expect(isPermanent(named(name, message)) ? 'permanent' : 'may pass').toBe(verdict);
  });

  it('in a part of a transaction counts as it does alone', () => {
    const cancelled = (Code: string, Message: string) =>
      named('TransactionCanceledException', 'cancelled', {
        CancellationReasons: [{ Code: 'None' }, { Code, Message }],
      });
    expect(isPermanent(cancelled('ValidationError', invalidKey))).toBe(true);
    expect(isPermanent(cancelled('ValidationError', 'The table does not have the specified index: due'))).toBe(false);
  });
});

describe('the cause of an error', () => {
  it('is its name and a digest', () =>
    expect(causeOf(named('ValidationException', 'x'))).toMatch(/^ValidationException-[0-9a-f]{8}$/));

  it.each([
    ['ids', 'the item orders#acme#order#abc is gone', 'the item orders#other#order#xyz is gone'],
    ['numbers', 'timed out after 2000 ms', 'timed out after 1999 ms'],
    ['addresses', 'no mail to ada@example.com', 'no mail to bob@example.org'],
    ['quoted ids', 'no order "4f1c02"', 'no order "4f1c03"'],
  ])('does not depend on %s in its message', (_, one, other) =>
    expect(causeOf(new Error(one))).toBe(causeOf(new Error(other))),
  );

  it.each([
    ['names', named('A'), named('B')],
    ['messages', new Error('the table is away'), new Error('the bus is away')],
    ['types of events', new Error('no consumer of ThingMade.v1'), new Error('no consumer of ThingMade.v2')],
    ['fields', thrownBy(() => z.object({ n: z.int() }).parse({})), thrownBy(() => z.object({ m: z.int() }).parse({}))],
  ])('differs between %s', (_, one, other) => expect(causeOf(one)).not.toBe(causeOf(other)));

  it('of the same element of a list and of another is one', () => {
    const List = z.object({ skus: z.array(z.string()) });
    const errorOf = (skus: unknown[]) => thrownBy(() => List.parse({ skus }));
    expect(causeOf(errorOf([1]))).toBe(causeOf(errorOf(['a', 1])));
  });

  it.each([[undefined], ['text'], [null], [{ name: 7 }]])('exists for what is no error: %j', (thrown) =>
    expect(causeOf(thrown)).toMatch(/^\w+-[0-9a-f]{8}$/),
  );
});
