import { expect, test } from 'vitest';
import { contexts } from '#contexts';
import { createHost } from '../../embedded/host/host.ts';
import { prices } from '../bench/cost/prices.ts';
import { secrets } from '../fixtures/secrets.ts';
import { allStages, type Json, type Synthesis } from './synthesis.ts';

const MINUTES = 30 * 24 * 60;
const HOUR_MS = 3_600_000;
const USD_PER_SQS_REQUEST = 0.4e-6;
/** Five pollers, each of which waits 20 seconds. */
const POLLS_PER_MINUTE = 15;
/** `operations-redrive` counts the messages of every dead-letter queue and the reports of canaries, once a minute. */
const COUNTS_PER_MINUTE = 1;
/** 100 ms of 512 MB. */
const GB_SECONDS_PER_SWEEP = 0.05;

type Sweep = { readonly calls: Readonly<Record<string, number>>; readonly usd: number };

/** Counts the calls of the table in a sweep that finds nothing. */
const countSweep = async (): Promise<Sweep> => {
  const calls: Record<string, number> = {};
  const units = { read: 0, write: 0 };
  const host = createHost({
    ...{ contexts, secrets },
    scheduleIntervalMs: () => HOUR_MS,
    onTableCall(call) {
      calls[call.operation] = (calls[call.operation] ?? 0) + 1;
      units.read += call.units.read;
      units.write += call.units.write;
    },
  });
  await host.runSchedule('orders-sweep');
  host.close();
  const millionths =
    units.read * prices['read units'] +
    units.write * prices['write units'] +
    prices['function requests'] +
    GB_SECONDS_PER_SWEEP * prices['function GB-seconds'];
  return { calls, usd: millionths / 1_000_000 };
};

const costOf = (stage: string, { ofType }: Synthesis, sweep: Sweep): { readonly row: string; readonly usd: number } => {
  const count = (type: string) => ofType(type).length;
  const rules = ofType('AWS::WAFv2::WebACL').flatMap(({ Properties }) => Properties.Rules).length;
  const polled = ofType('AWS::Lambda::EventSourceMapping').filter(({ Properties }) => !Properties.StartingPosition);
  const schedules = ofType('AWS::Events::Rule').filter(({ Properties }) => Properties.ScheduleExpression);
  for (const { Properties } of schedules) expect(Properties.ScheduleExpression).toBe('rate(1 minute)');

  /** CloudWatch charges an alarm for each metric that it watches. */
  const watched = ofType('AWS::CloudWatch::Alarm').map(
    ({ Properties: { Metrics = [{ MetricStat: true }] } }) =>
      Metrics.filter(({ MetricStat }: Json) => MetricStat).length,
  );
  const [alarms, secrets, keys] = [
    watched.reduce((sum, metrics) => sum + metrics, 0),
    count('AWS::SecretsManager::Secret'),
    count('AWS::KMS::Key'),
  ];
  const acls = count('AWS::WAFv2::WebACL');
  const sum =
    alarms * 0.1 +
    secrets * 0.4 +
    keys * 1 +
    acls * 5 +
    rules * 1 +
    polled.length * POLLS_PER_MINUTE * MINUTES * USD_PER_SQS_REQUEST +
    (polled.length + 1) * COUNTS_PER_MINUTE * MINUTES * USD_PER_SQS_REQUEST +
    schedules.length * sweep.usd * MINUTES;
  const web = acls > 0 ? `${acls} + ${rules}` : '0';
  const cells = [stage, alarms, secrets, keys, web, polled.length, polled.length + 1, schedules.length];
  return { row: `| ${[...cells, `$${sum.toFixed(2)}`].join(' | ')} |`, usd: Number(sum.toFixed(2)) };
};

const head = (sweep: Sweep) => `# What a stage costs while idle

\`npm run update\` generates this page from the templates. For a month of 30 days in us-east-1, without free tiers.

| Stage | Metrics of alarms, $0.10 | Secrets, $0.40 | Key, $1 | Web ACL, $5, and rules, $1 | Polled queues, $0.26 | Queues counted every minute, $0.02 | Schedules, $${(sweep.usd * MINUTES).toFixed(2)} | Sum |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |`;

const reported = contexts.flatMap(({ metrics = {} }) => Object.keys(metrics));

const tail = ({ calls }: Sweep) => `
Each schedule is counted like the sweeper, in a run that finds nothing: ${Object.entries(calls)
  .sort()
  .map(([operation, count]) => `${count} \`${operation}\``)
  .join(', ')}.
Not in the sums: the ${reported.length} metrics that functions report, up to $0.30 each, which have data only when something is worth a look; on stages
with alarms, seven metrics of the relay's event source, $0.30 each if AWS charges them like these; on stages that send mail, three metrics of SES,
$0.30 each once there is a mail, a bounce and a complaint; stored data.`;

test('docs/idle-cost.md and ops/idle-cost.json state what each stage costs while idle; `npm run update` writes them', async () => {
  const sweep = await countSweep();
  const costs = allStages()
    .filter(([stage]) => stage !== 'localstack')
    .map(([stage, synthesis]) => ({ stage, ...costOf(stage, synthesis, sweep) }));
  const rows = costs.map(({ row }) => row).join('\n');
  await expect(`${head(sweep)}\n${rows}\n${tail(sweep)}\n`).toMatchFileSnapshot('../../docs/idle-cost.md');
  const usd = Object.fromEntries(costs.map((cost) => [cost.stage, cost.usd]));
  await expect(`${JSON.stringify(usd, undefined, 2)}\n`).toMatchFileSnapshot('../../ops/idle-cost.json');
});
