import { names, type StageName } from '#platform/manifest';

/** A stage in an AWS account: how clients reach it, and what its resources are called. */
export type Account = {
  readonly names: ReturnType<typeof names>;
  /** For every client. The AWS SDK finds what is not set here, for example in `AWS_REGION`. */
  readonly clientOptions: { readonly endpoint?: string; readonly region?: string };
};

type AccountOptions = {
  readonly stage: StageName;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
};

export const toAccount = ({ stage, endpoint, region }: AccountOptions): Account => ({
  names: names(stage),
  clientOptions: { ...(endpoint && { endpoint }), ...(region && { region }) },
});
