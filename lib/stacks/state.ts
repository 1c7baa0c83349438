import { Stack, type StackProps } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { type Manifest, names, TABLE } from '#platform/manifest';
import { alarmOnReportedMetric, alarmOnThrottles } from '../constructs/alarm.ts';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { Mail } from '../constructs/mail.ts';
import { acknowledge } from '../nag.ts';
import { removalPolicy, type Stage } from '../stages.ts';

export type StateStackProps = StackProps & {
  readonly stage: Stage;
  /** Their secrets, and the alarms on their metrics. */
  readonly manifests: readonly Manifest[];
};

const key = (name: string) => ({ name, type: AttributeType.STRING });

/** The resources that outlive deployments of code: the table, the bus and the secrets. Other stacks find them by name (ADR 14). */
export class StateStack extends Stack {
  constructor(scope: Construct, id: string, { stage, manifests, ...props }: StateStackProps) {
    super(scope, id, props);
    const named = names(stage.name);

    const table = new Table(this, 'Table', {
      tableName: named.table,
      partitionKey: key(TABLE.partitionKey),
      sortKey: key(TABLE.sortKey),
      timeToLiveAttribute: TABLE.ttl,
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // with a key that AWS owns, because a key of the account costs per request
      encryption: TableEncryption.DEFAULT,
      deletionProtection: stage.protect,
      removalPolicy: removalPolicy(stage),
    });
    for (const { name, partitionKey, sortKey, includes } of TABLE.indexes) {
      table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: key(partitionKey),
        sortKey: key(sortKey),
        ...(includes.length > 0
          ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...includes] }
          : { projectionType: ProjectionType.KEYS_ONLY }),
      });
    }
    if (!table.tableStreamArn) throw new Error('the table has no stream');
    // unlike the table's ARN, the stream's does not follow from its name
    new StringParameter(this, 'StreamArn', {
      parameterName: named.parameter('stream-arn'),
      stringValue: table.tableStreamArn,
    });

    const bus = new EventBus(this, 'Bus', { eventBusName: named.bus });
    bus.applyRemovalPolicy(removalPolicy(stage));

    const mail = stage.mail === 'sink' ? [] : [new Mail(this, 'Mail', { stage, settings: stage.mail })];
    const topic = stage.alarms ? [new AlarmTopic(this, 'Alarms', { stage })] : [];
    const alarms = [this.metricAlarms(stage, manifests), this.throttleAlarms(stage)];
    const secrets = manifests.flatMap(({ secrets = {} }) =>
      Object.entries(secrets).map(([name, { description }]) => this.secret(name, stage, description)),
    );
    // what may fail comes before the table, because the table's protection would refuse the rollback of a first deployment (ADR 98)
    table.node.addDependency(bus, ...mail, ...topic, ...alarms, ...secrets);
  }

  private metricAlarms(stage: Stage, manifests: readonly Manifest[]) {
    const scope = new Construct(this, 'Counted');
    for (const { metrics = {} } of manifests)
      for (const [metricName, { alarm }] of Object.entries(metrics))
        if (alarm) alarmOnReportedMetric(scope, metricName, { stage, metricName, ...alarm });
    return scope;
  }

  /** What all functions share: the table, its indexes, and the account's concurrency. */
  private throttleAlarms(stage: Stage) {
    const scope = new Construct(this, 'Throttled');
    const TableName = names(stage.name).table;
    const metricsOf = (dimensionsMap: Record<string, string>) =>
      ['ReadThrottleEvents', 'WriteThrottleEvents'].map(
        (metricName) => new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap }),
      );
    const runbook = 'throttled';
    const text = (what: string) => `DynamoDB has throttled ${what} for 15 minutes.`;
    alarmOnThrottles(scope, 'Table', { stage, metrics: metricsOf({ TableName }), text: text('the table'), runbook });
    for (const { name } of TABLE.indexes)
      alarmOnThrottles(scope, pascalCase(name), {
        stage,
        metrics: metricsOf({ TableName, GlobalSecondaryIndexName: name }),
        text: text(`the index ${name}`),
        runbook,
      });
    // without a dimension: of all functions of the account, because they share its concurrency
    alarmOnThrottles(scope, 'Functions', {
      stage,
      metrics: [new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles' })],
      text: 'Lambda has throttled functions of this account and region for 15 minutes.',
      runbook,
    });
    return scope;
  }

  /** A random value, until an operator replaces it. CloudFormation keeps the new value. */
  private secret(name: string, stage: Stage, description: string) {
    const secret = new Secret(this, pascalCase(name), {
      secretName: names(stage.name).secret(name),
      description,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy: removalPolicy(stage),
    });
    acknowledge(secret, 'keptSecret');
    return secret;
  }
}

const pascalCase = (name: string) => name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
