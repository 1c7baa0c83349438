import { ACCOUNT_ID, REGION } from '../../embedded/aws/arns.ts';
import type { Json, Resource, Synthesis } from '../infra/synthesis.ts';

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT_ID,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** The values of the parameters in Systems Manager that templates read, by their names. */
export type ParameterValues = Readonly<Record<string, string>>;

/** Resolves the value of a template as CloudFormation does. What it does not know is an error, so that no variable is silently wrong. */
export const resolveValue = (value: Json, parameters: Json, stored: ParameterValues): string => {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = [], ...others] = Object.entries<Json>(value);
  if (others.length === 0 && intrinsic === 'Fn::Join') {
    const [separator, parts] = argument;
    return parts.map((part: Json) => resolveValue(part, parameters, stored)).join(separator);
  }
  if (others.length === 0 && intrinsic === 'Ref') {
    const known = PSEUDO_PARAMETERS[argument] ?? stored[parameters?.[argument]?.Default];
    if (known !== undefined) return known;
  }
  throw new Error(`the test cannot resolve ${JSON.stringify(value)}`);
};

const SQS = `https://sqs.${REGION}.amazonaws.com`;

/**
 * The variables of a function as its template has them, for a process whose AWS is at `origin`: the SDK sends calls of SQS to the address
 * in the queue's URL.
 */
export const environmentOf = (
  { stacks }: Synthesis,
  { stack, Properties }: Resource,
  { origin, stored }: { readonly origin: string; readonly stored: ParameterValues },
): Readonly<Record<string, string>> => {
  const parameters = stacks.find(({ name }) => name === stack)?.template.Parameters;
  return Object.fromEntries(
    Object.entries<Json>(Properties.Environment.Variables).map(([name, value]) => [
      name,
      resolveValue(value, parameters, stored).replace(SQS, origin),
    ]),
  );
};
