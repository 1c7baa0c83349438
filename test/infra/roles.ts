import { type Json, type Resource, type Synthesis, strings } from './synthesis.ts';

export type Statement = {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly Json[];
  readonly Condition?: Json;
};

const listed = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]);

const statementsIn = (document: Json): readonly Statement[] =>
  listed(document.Statement).map((statement) => ({
    ...statement,
    Action: strings(statement.Action),
    Resource: listed(statement.Resource),
  }));

/** Every statement that lets somebody of ours do something: policies of their own, policies in a role, managed policies. */
export const allStatements = ({ resources }: Synthesis): readonly Statement[] =>
  resources.flatMap(({ Type, Properties }) => {
    if (Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
      return statementsIn(Properties.PolicyDocument);
    if (Type !== 'AWS::IAM::Role') return [];
    return listed(Properties.Policies ?? []).flatMap(({ PolicyDocument }) => statementsIn(PolicyDocument));
  });

/** What the role of a function or a state machine may do. */
export const statementsOf = ({ ofType }: Synthesis, { stack, Properties }: Resource): readonly Statement[] => {
  const [role] = (Properties.Role ?? Properties.RoleArn)['Fn::GetAtt'];
  return ofType('AWS::IAM::Policy')
    .filter((policy) => policy.stack === stack && policy.Properties.Roles.some(({ Ref }: Json) => Ref === role))
    .flatMap((policy) => statementsIn(policy.Properties.PolicyDocument));
};

/** The last part of ARNs that are joined from pseudo parameters: `table/breakwater-dev`. */
export const tails = (resources: readonly Json[]): readonly string[] =>
  resources.map((resource) => {
    const parts: readonly Json[] = resource?.['Fn::Join']?.[1] ?? [resource];
    return String(parts.at(-1)).replace(/^:/, '');
  });
