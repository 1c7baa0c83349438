import { type Json, type Resource, type Synthesis, toList } from './synthesis.ts';

export type Statement = {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly Json[];
  readonly Condition?: Json;
};

const statementsIn = (document: Json): readonly Statement[] =>
  toList<Json>(document.Statement).map((statement) => ({
    ...statement,
    Action: toList<string>(statement.Action),
    Resource: toList<Json>(statement.Resource),
  }));

/** Every identity-based statement: of policies, of policies in a role, of managed policies. */
export const allStatements = ({ resources }: Synthesis): readonly Statement[] =>
  resources.flatMap(({ Type, Properties }) => {
    if (Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
      return statementsIn(Properties.PolicyDocument);
    if (Type !== 'AWS::IAM::Role') return [];
    return toList<Json>(Properties.Policies).flatMap(({ PolicyDocument }) => statementsIn(PolicyDocument));
  });

/** The statements of the role of a function or a state machine. */
export const statementsOf = ({ ofType }: Synthesis, { stack, Properties }: Resource): readonly Statement[] => {
  const [role] = (Properties.Role ?? Properties.RoleArn)['Fn::GetAtt'];
  return ofType('AWS::IAM::Policy')
    .filter((policy) => policy.stack === stack && policy.Properties.Roles.some(({ Ref }: Json) => Ref === role))
    .flatMap((policy) => statementsIn(policy.Properties.PolicyDocument));
};

/** The last parts of ARNs that are joined from pseudo parameters, such as `table/breakwater-dev`. */
export const resourceNames = (resources: readonly Json[]): readonly string[] =>
  resources.map((resource) => {
    const parts: readonly Json[] = resource?.['Fn::Join']?.[1] ?? [resource];
    return String(parts.at(-1)).replace(/^:/, '');
  });
