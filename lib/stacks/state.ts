import { Stack, type StackProps } from 'aws-cdk-lib';
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
import type { Construct } from 'constructs';
import { names, TABLE } from '#shared/manifest';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { CountedAlarms } from '../constructs/counted-alarms.ts';
import { deviates } from '../nag.ts';
import { removalPolicy } from '../removal.ts';
import type { Stage } from '../stages.ts';

export type StateStackProps = StackProps & { readonly stage: Stage };

const key = (name: string) => ({ name, type: AttributeType.STRING });

/** What must outlive any deployment of code: the table, the bus and the secrets. Others find them by name. */
export class StateStack extends Stack {
  constructor(scope: Construct, id: string, { stage, ...props }: StateStackProps) {
    super(scope, id, { ...props, terminationProtection: stage.protect });
    const by = names(stage.name);

    const table = new Table(this, 'Table', {
      tableName: by.table,
      partitionKey: key(TABLE.partitionKey),
      sortKey: key(TABLE.sortKey),
      timeToLiveAttribute: TABLE.ttl,
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // with a key that AWS owns: a key of the account's own would cost per request
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
    // unlike the table's, a stream's ARN does not follow from a name
    new StringParameter(this, 'StreamArn', {
      parameterName: by.parameter('stream-arn'),
      stringValue: table.tableStreamArn,
    });

    const bus = new EventBus(this, 'Bus', { eventBusName: by.bus });
    bus.applyRemovalPolicy(removalPolicy(stage));

    if (stage.alarms) new AlarmTopic(this, 'Alarms', { stage });
    new CountedAlarms(this, 'Counted', { stage });

    this.secret('OperatorKey', by.secret('operator-key'), stage, 'The bearer key of the operator.');
    this.secret(
      'ProviderKey',
      by.secret('provider-key'),
      stage,
      "The payment provider's key: put the provider's own here.",
    );
    this.secret(
      'ProviderCallbackKey',
      by.secret('provider-callback-key'),
      stage,
      'What the payment provider signs its callbacks with: put what you have agreed on here.',
    );
  }

  /** Random until someone puts another value: CloudFormation leaves that alone. */
  private secret(id: string, secretName: string, stage: Stage, description: string) {
    const secret = new Secret(this, id, {
      secretName,
      description,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy: removalPolicy(stage),
    });
    deviates(secret, 'keptSecret');
  }
}
