import { names, type StageName } from '#shared/manifest';

/** Where a stage is reached, and how it names what it has. */
export type Account = {
  readonly stage: StageName;
  readonly by: ReturnType<typeof names>;
  /** For every client; what is not set is found as the AWS SDK finds it. */
  readonly options: { readonly endpoint?: string; readonly region?: string };
};

export const accountOf = (stage: StageName, endpoint: string | undefined, region: string | undefined): Account => ({
  stage,
  by: names(stage),
  options: { ...(endpoint && { endpoint }), ...(region && { region }) },
});

/** What the user can put right: told in one line. */
export class Complaint extends Error {}
