import type { STSClientConfig } from '@aws-sdk/client-sts';
import type { ReservedConcurrency, StageName } from '#platform/manifest';
import type { Domain } from '../../lib/stages.ts';

export type Finding = {
  readonly subject: string;
  /** `blocked`: a deployment would fail. `raise`: it would work, but not for long or not for many customers. */
  readonly verdict: 'ok' | 'raise' | 'blocked';
  readonly detail: string;
};

/** The options that all clients have in common. */
export type ClientOptions = Pick<STSClientConfig, 'region' | 'credentials' | 'requestHandler' | 'maxAttempts'>;

/** What is checked for: a stage, the sender of its mail, if it is known yet, the domain that it verifies, what it reserves, and its own domain. */
export type Target = {
  readonly stage: StageName;
  readonly mailFrom?: string | undefined;
  readonly mailDomain?: string | undefined;
  readonly reservedConcurrency?: ReservedConcurrency;
  readonly domain?: Domain | undefined;
};

export type Result = Omit<Finding, 'subject'>;
export type Check = (options: ClientOptions, target: Target) => Promise<Result>;

export const ok = (detail: string): Result => ({ verdict: 'ok', detail });
export const raise = (detail: string): Result => ({ verdict: 'raise', detail });
export const blocked = (detail: string): Result => ({ verdict: 'blocked', detail });
