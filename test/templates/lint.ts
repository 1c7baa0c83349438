// The entry point of `npm run test:templates`: cfn-lint, which AWS maintains, checks the templates of every stage as they are deployed.
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { contexts } from '#contexts';
import { manifestsOn, type StageKind } from '#platform/manifest';
import { breakwater } from '../../bin/breakwater.ts';
import cdk from '../../cdk.json' with { type: 'json' };
import { bundledCode } from '../../lib/bundles.ts';
import { REGIONS_WITHOUT_MAIL, stageOf } from '../../lib/stages.ts';
import { findPython } from '../../localstack/prerequisites.ts';
import { runCommand, UserError } from '../../localstack/run-command.ts';
import { settingsOf } from '../infra/synthesis.ts';

const ROOT = join(import.meta.dirname, '../..');
const LOCK = join(import.meta.dirname, 'requirements.lock');
const HOME = join(ROOT, '.cfn-lint');

/** What the CDK does in every template, and is right. Each rule needs its reason here; any other finding fails. */
const ACCEPTED_RULES: readonly string[] = [
  'W3005', // the CDK states dependencies that a reference states already
];

/** A resource type that a region does not have. */
const UNKNOWN_TYPE = { rule: 'E3006', message: /'(?<type>[^']+)' does not exist in '(?<region>[^']+)'/ };

/** A template with one error, which shows that the linter runs and that its findings are read. */
const BROKEN_TEMPLATE = { Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 'soon' } } } };
const BROKEN_RULE = 'E3012';

// these limits only end a run that hangs
const INSTALL_TIMEOUT_MS = 400_000;
const LINT_TIMEOUT_MS = 400_000;

type Finding = {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Filename: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
};

/** Installs the linter into `.cfn-lint/`, unless these versions are there. The lock file lists every package, so pip resolves nothing. */
const install = async (): Promise<void> => {
  const marker = join(HOME, 'installed.lock');
  const installed = await readFile(marker, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (installed === (await readFile(LOCK, 'utf8'))) return;
  const python = await findPython();
  if (python === undefined)
    throw new UserError('cfn-lint needs Python 3.13 or newer: install it, or set PYTHON to its path');
  console.log('installing cfn-lint');
  await rm(HOME, { recursive: true, force: true });
  await runCommand(python, ['-m', 'venv', HOME], { timeoutMs: INSTALL_TIMEOUT_MS });
  const pip = ['-m', 'pip', 'install', '-q', '--no-deps', '-r', LOCK];
  await runCommand(join(HOME, 'bin/python'), pip, { timeoutMs: INSTALL_TIMEOUT_MS });
  await copyFile(LOCK, marker);
};

/** The templates of every stage with its real bundles, as `cdk deploy` would send them. */
const synthesise = (folder: string): ReadonlyMap<StageKind, readonly string[]> => {
  const bundles = bundledCode(contexts, join(folder, 'bundles'));
  return new Map(
    Object.entries(settingsOf).map(([kind, settings]) => {
      const stage = stageOf(settings);
      const app = new App({ context: cdk.context, outdir: join(folder, stage.name) });
      breakwater(app, { stage, manifests: manifestsOn(stage.kind, contexts), ...bundles });
      return [kind as StageKind, app.synth().stacks.map(({ templateFullPath }) => templateFullPath)];
    }),
  );
};

/** Checks templates against the specification of every region. `report` is a file. */
const lint = async (templates: readonly string[], report: string): Promise<readonly Finding[]> => {
  const accepted = ACCEPTED_RULES.flatMap((rule) => ['--ignore-checks', rule]);
  // findings are in the report, so another exit code than 0 means that the linter itself failed
  const output = ['--format', 'json', '--output-file', report, '--non-zero-exit-code', 'none'];
  await runCommand(
    join(HOME, 'bin/cfn-lint'),
    [...accepted, ...output, '--regions', 'ALL_REGIONS', '--', ...templates],
    { timeoutMs: LINT_TIMEOUT_MS },
  );
  return JSON.parse(await readFile(report, 'utf8'));
};

/** The region of a finding that says that SES's resources are missing there, as preflight says before a deployment. */
const regionWithoutMail = ({ Rule, Message }: Finding): string | undefined => {
  const { type, region = '' } = UNKNOWN_TYPE.message.exec(Message)?.groups ?? {};
  if (Rule.Id !== UNKNOWN_TYPE.rule || !type?.startsWith('AWS::SES::')) return undefined;
  return REGIONS_WITHOUT_MAIL.includes(region) ? region : undefined;
};

const describeFinding = ({ Rule, Message, Filename, Location }: Finding) =>
  `failed: ${basename(Filename)}: ${Rule.Id} at ${(Location.Path ?? []).join('/')}: ${Message}`.replaceAll(/\s+/g, ' ');

const run = async (folder: string): Promise<readonly string[]> => {
  await install();
  const broken = join(folder, 'broken.template.json');
  await writeFile(broken, JSON.stringify(BROKEN_TEMPLATE));
  const stages = synthesise(folder);
  await mkdir(join(folder, 'reports'));
  const lintAs = (name: string, templates: readonly string[]) => lint(templates, join(folder, 'reports', name));

  const [found, ...ofStages] = await Promise.all([
    lintAs('broken', [broken]),
    ...[...stages].map(([stage, templates]) => lintAs(stage, templates)),
  ]);
  const isFound = found.length === 1 && found[0]?.Rule.Id === BROKEN_RULE;
  const allFindings = ofStages.flat();
  const findings = allFindings.filter((finding) => regionWithoutMail(finding) === undefined);
  const regionsFound = new Set(allFindings.map(regionWithoutMail));
  const regionsWithMail = REGIONS_WITHOUT_MAIL.filter((region) => !regionsFound.has(region));
  const failures = [
    ...regionsWithMail.map((region) => `failed: REGIONS_WITHOUT_MAIL: ${region} has SES: remove it from the list`),
    ...(isFound ? [] : [`failed: broken.template.json: expected ${BROKEN_RULE}, found ${JSON.stringify(found)}`]),
    ...findings.map(describeFinding),
  ];
  const checked = [...stages.values()].flat();
  const failedTemplates = new Set(findings.map(({ Filename }) => Filename));
  const failed = failedTemplates.size + (isFound ? 0 : 1) + regionsWithMail.length;
  if (failed > 0) process.exitCode = 1;
  return [...failures, `${checked.length + 1 + REGIONS_WITHOUT_MAIL.length - failed} passed, ${failed} failed`];
};

const folder = await mkdtemp(join(tmpdir(), 'breakwater-templates-'));
try {
  console.log((await run(folder)).join('\n'));
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}
