// The entry point of `npm run deploy`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { contexts } from '#contexts';
import type { StageKind } from '#platform/manifest';
import { refuseUnknownSettings, type Settings, type Stage, settingNamesOf, stageOf } from '../lib/stages.ts';
import { getOperatorKey, toAccount } from './account.ts';
import { findApiUrl, findOutput } from './api-url.ts';
import { findRepeated, parseCommandLine, paymentTokenOption, UsageError, UserError } from './command-line.ts';
import idleCosts from './idle-cost.json' with { type: 'json' };
import { printFindings } from './preflight/findings.ts';
import { smokeTest } from './smoke-test.ts';

const USAGE = `npm run deploy -- [--stage dev] [-c <setting>=<value>]... [--token <payment token>] [--undo-settings] [-- <options of cdk deploy>]

Checks the account as npm run preflight does, deploys every stack of the stage with the CDK, and places an order over HTTPS as npm run smoke does.
It stops at the first step that fails; run it again once that is fixed. The settings are those of docs/deploying.md, such as -c name=blue or
-c providerUrl=https://pay.example.com: give all of them each time, or add --undo-settings to undo those that you leave out. Without a terminal, add: -- --require-approval never`;

const SETTINGS = settingNamesOf(...contexts);

const ROOT = join(import.meta.dirname, '..');
/** CloudFormation creates a stage within minutes, but before each stack that widens permissions the CDK waits until a person approves. */
const DEPLOY_TIMEOUT_MS = 2 * 3_600_000;

const Options = z.object({
  stage: z.string().default('dev'),
  context: z.array(z.string()).default([]),
  token: paymentTokenOption,
  'undo-settings': z.boolean().default(false),
});

const parse = (args: readonly string[]) => {
  const end = args.indexOf('--');
  const [own, cdkOptions] = end === -1 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  return { ...parseCommandLine(own, Options, { shorts: { context: 'c' } }).options, cdkOptions };
};

/** The errors of the stage's settings say what to do. */
const asUserError = <T>(run: () => T): T => {
  try {
    return run();
  } catch (error) {
    throw new UserError((error as Error).message);
  }
};

/** `providerUrl=https://...` as a setting. */
const toSetting = (text: string): readonly [string, string] => {
  const [, name, value] = /^(\w+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined || name === 'stage')
    throw new UsageError(`-c ${text}: expected <setting>=<value>, and the stage as --stage`);
  return [name, value];
};

/** The settings of `-c`. The CDK would ignore one that it does not know, and use the last of one that is repeated. */
const toSettings = (context: readonly string[]): Settings => {
  const settings = context.map(toSetting);
  const names = settings.map(([name]) => name);
  asUserError(() => refuseUnknownSettings(names, SETTINGS));
  const repeated = findRepeated(names);
  if (repeated !== undefined) throw new UsageError(`-c ${repeated} is given more than once`);
  return Object.fromEntries(settings);
};

type StageOnAws = Stage & { readonly kind: Exclude<StageKind, 'localstack'> };

const isOnAws = (stage: Stage): stage is StageOnAws => stage.kind !== 'localstack';

const toStage = (settings: Settings): StageOnAws => {
  const stage = asUserError(() => stageOf(settings));
  if (isOnAws(stage)) return stage;
  throw new UserError(
    'the stage localstack is for LocalStack, and this command deploys to AWS: use npm run test:localstack',
  );
};

/** Without them, CloudFormation would delete the domain, for example, as if that were meant. */
const refuseLeftOut = (deployed: string, settings: Settings) => {
  const leftOut = deployed
    .split(' -c ')
    .slice(1)
    .filter((setting) => !((setting.split('=')[0] ?? '') in settings));
  if (leftOut.length === 0) return;
  throw new UserError(
    `\nThe last deployment had ${leftOut.join(', ')}, and this one would undo that. Give it again, or add --undo-settings.`,
  );
};

const runCdk = (args: readonly string[]) => {
  const { status, signal, error } = spawnSync('cdk', args, { cwd: ROOT, stdio: 'inherit', timeout: DEPLOY_TIMEOUT_MS });
  if (error) throw error;
  if (status !== 0)
    throw new UserError(
      `\ncdk deploy ended with ${signal ?? status}. Run the same command again once the cause is fixed; docs/deploying.md says what a failed ` +
        'first deployment leaves behind.',
    );
};

const idleCostOf = ({ kind }: StageOnAws): string => `some $${idleCosts[kind].toFixed(2)} a month in us-east-1`;

const main = async () => {
  const { stage: kind, context, token, cdkOptions, 'undo-settings': undoSettings } = parse(process.argv.slice(2));
  const settings = toSettings(context);
  const stage = toStage({ ...settings, stage: kind });
  const allSettings = [`stage=${kind}`, ...context].flatMap((setting) => ['-c', setting]);

  console.log(`== What the account lacks for ${stage.name}`);
  const target = {
    ...{ stage: stage.name, reservedConcurrency: stage.reservedConcurrency, domain: stage.domain },
    ...(stage.mail !== 'sink' && { mailFrom: stage.mail.from, mailDomain: stage.mail.domain }),
  };
  if (!(await printFindings(target))) throw new UserError('\nNothing was deployed.');
  const account = toAccount({ stage: stage.name });
  if (!undoSettings) refuseLeftOut((await findOutput(account, 'DeployOptions')) ?? '', settings);
  console.log(`\n== Deploying ${stage.name}`);
  runCdk(['deploy', '--all', ...allSettings, ...cdkOptions]);

  console.log(`\n== An order over HTTPS`);
  const url = await findApiUrl(account);
  await smokeTest({
    // before the first deployment, a domain cannot have a DNS record: its target is an output
    url: stage.domain ? await findApiUrl(account, 'DefaultApiUrl') : url,
    operatorKey: await getOperatorKey(account),
    token: token ?? (stage.provider === 'sandbox' ? 'tok_ok' : undefined),
    onStep: (text) => console.log(`ok  ${text}`),
  });
  console.log(`
${stage.name} answers on ${url}
While idle it costs ${idleCostOf(stage)} (docs/idle-cost.md).
To take it down: npx cdk destroy '${account.names.prefix}-*' ${allSettings.join(' ')} (docs/deploying.md says what stays)`);
};

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = 1;
}
