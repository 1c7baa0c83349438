import type { FormatValue } from './property-formats.ts';
import type { Fact } from './summary.ts';
import { type Json, toList } from './synthesis.ts';

const isEqual = (value: Json, expected: Json) => JSON.stringify(value) === JSON.stringify(expected);

/** What a queue allows to each rule that sends to it. */
const SENT_BY_RULES = [['sqs:SendMessage'], ['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl']];

/**
 * Whether a queue's policy allows a rule to send to it, and nothing else. The summaries omit that: the line of the rule shows its queues,
 * and workers.test.ts checks that no other rule may send to them.
 */
export const isDeliveryByRule = ({ Effect, Principal, Action, Condition, Sid: _, Resource: __, ...remaining }: Json) =>
  Effect === 'Allow' &&
  isEqual(Principal, { Service: 'events.amazonaws.com' }) &&
  SENT_BY_RULES.some((actions) => isEqual(toList<string>(Action), actions)) &&
  Object.keys(Condition ?? {}).join() === 'ArnEquals' &&
  Object.keys(Condition.ArnEquals).join() === 'aws:SourceArn' &&
  Object.keys(remaining).length === 0;

/** `may dynamodb:GetItem,PutItem on table where LeadingKeys orders#*`. */
export const formatStatement = (statement: Json, format: FormatValue): Fact => {
  const { Sid: _, Effect, Principal, Action, Resource: resource, Condition, ...remaining } = statement;
  const actions = toList<string>(Action);
  const services = [...new Set(actions.map(serviceOf))];
  const actionTexts = services.map((service) =>
    actions
      .filter((action) => serviceOf(action) === service)
      .map((action, index) => (index === 0 ? action : action.replace(/^.*:/, '')))
      .join(','),
  );
  const isEveryone = isEqual(Principal, '*') || isEqual(Principal, { AWS: '*' });
  const condition = formatCondition(Condition, format);
  const resources = resource === undefined ? '' : format(resource);
  if (
    Effect === 'Deny' &&
    isEveryone &&
    condition === ' over plain HTTP' &&
    /^\w+:\*$/.test(actionTexts.join()) &&
    /^it(, it\/\*)?$/.test(resources) &&
    Object.keys(remaining).length === 0
  ) {
    return { key: 'TLS', text: 'TLS only', below: false };
  }
  const principal =
    Principal === undefined ? '' : isEveryone ? 'everyone ' : `${Object.values(Principal).map(format).join(', ')} `;
  const suffix = Object.keys(remaining).length > 0 ? ` ${format(remaining)}` : '';
  return {
    key: `may ${services.join()}`,
    text: [
      `${principal}${Effect === 'Allow' ? 'may' : 'may not'}`,
      ...actionTexts,
      ...(resource === undefined ? [] : [`on ${resources}`]),
    ]
      .join(' ')
      .concat(condition, suffix),
    below: true,
  };
};

const KEYS = ' where LeadingKeys ';

/** Statements that differ in nothing but their leading keys are one line, because they allow what one statement would. */
export const joinLeadingKeys = (statements: readonly Fact[]): readonly Fact[] => {
  const joined = new Map<string, Fact>();
  for (const fact of statements) {
    const [allowed = '', keys] = fact.text.split(KEYS);
    const existing = keys === undefined ? undefined : joined.get(allowed);
    joined.set(
      keys === undefined ? fact.text : allowed,
      existing ? { ...existing, text: `${existing.text}, ${keys}` } : fact,
    );
  }
  return [...joined.values()];
};

const serviceOf = (action: string) => action.replace(/:.*/, '');

const formatCondition = (condition: Json, format: FormatValue): string => {
  if (condition === undefined) return '';
  const leadingKeys = condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
  const keyGuard = {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leadingKeys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
  if (leadingKeys && isEqual(condition, keyGuard)) return ` where LeadingKeys ${format(leadingKeys)}`;
  if (isEqual(condition, { Bool: { 'aws:SecureTransport': 'false' } })) return ' over plain HTTP';
  const source = condition.ArnEquals?.['aws:SourceArn'];
  if (source && isEqual(condition, { ArnEquals: { 'aws:SourceArn': source } })) return ` from ${format(source)}`;
  return ` where ${format(condition)}`;
};
