import { maskEmails } from '#platform/mask-emails';
import { InvalidItem } from '#platform/table/parse-item';

const MAX_MESSAGE_LENGTH = 120;

/** What AWS says of a request that it will refuse in the same way each time, whichever service. */
const PERMANENT_AWS_ERRORS = ['ValidationException', 'SerializationException'];
/** The same, of one part of a transaction. */
const PERMANENT_REASONS = ['ValidationError', 'ItemCollectionSizeLimitExceeded'];

/** The errors of the DynamoDB marshaller have no class. Their texts are those of its exact version, which a test throws each of. */
const MARSHALLER_ERRORS: readonly (readonly [text: RegExp, meaning: string])[] = [
  [/^Unsupported type passed: /, 'a value of a type that the table cannot store'],
  [/^No value defined: /, 'a stored value without a type'],
  [/^Pass options\.removeUndefinedValues=true /, 'an undefined value'],
  [/^Pass a non-empty set/, 'an empty set'],
  [/^Only Number Set \(NS\), Binary Set/, 'a set of a type that the table cannot store'],
  [/^Special numeric value /, 'a number that is not finite'],
  [/ Use NumberValue from @aws-sdk\/lib-dynamodb\.$/, 'a number that is too large to be exact'],
  [/ Set options\.wrapNumbers to get string value\.$/, 'a stored number that is too large to be exact'],
  [/^NumberValue should not be initialized with an imprecise number/, 'a number that is not exact'],
];

/** The message without what may be data: quoted text, e-mail addresses, and ids and numbers of more than three digits. */
const withoutData = (message: string): string =>
  maskEmails(message)
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replaceAll(/[\w-]*\d{4,}[\w-]*/g, '…')
    .slice(0, MAX_MESSAGE_LENGTH);

type AwsError = Error & {
  readonly CancellationReasons?: readonly { readonly Code?: string; readonly Message?: string }[];
};

/**
 * Names an error that repeats identically however often its call is repeated, by its class and a short message without data; undefined
 * for any other. Throttling, conflicts, time-outs and outages pass. A missing permission or a defect of the code hits everything and is
 * removed by a deployment, so neither counts.
 */
export const describePermanentError = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof InvalidItem) return `InvalidItem: ${withoutData(error.issues)}`;
  const { name, message, CancellationReasons = [] } = error as AwsError;
  if (PERMANENT_AWS_ERRORS.includes(name)) return `${name}: ${withoutData(message)}`;
  const reason = CancellationReasons.find(({ Code = '' }) => PERMANENT_REASONS.includes(Code));
  if (reason) return `${name}: ${reason.Code}: ${withoutData(reason.Message ?? '')}`;
  const [, meaning] = MARSHALLER_ERRORS.find(([text]) => name === 'Error' && text.test(message)) ?? [];
  return meaning && `MarshallerError: ${meaning}`;
};
