import type { Statement } from './roles.ts';

const STREAM_ACTIONS = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];

/** Whether a statement covers actions on the table, also by a wildcard. */
export const coversTable = ({ Action }: Statement) =>
  Action.some((action) => /^(\*|dynamodb:)/i.test(action) && !STREAM_ACTIONS.includes(action));

/** Whether a statement allows only requests with keys, all of which belong to one context. */
export const isLimitedToOneContext = ({ Effect, Action, Condition }: Statement) => {
  const { 'ForAllValues:StringLike': stringLike, Null: isAbsent, ...otherConditions } = Condition ?? {};
  const prefixes = stringLike?.['dynamodb:LeadingKeys'];
  return (
    Effect === 'Allow' &&
    Action.every((action) =>
      /^dynamodb:(Get|BatchGet|Put|Update|Delete|ConditionCheck)Item$|^dynamodb:Query$/.test(action),
    ) &&
    Object.keys(otherConditions).length === 0 &&
    Array.isArray(prefixes) &&
    prefixes.length === 1 &&
    /^[a-z]+#\*$/.test(prefixes[0]) &&
    isAbsent?.['dynamodb:LeadingKeys'] === 'false'
  );
};
