import { CfnOutput, Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus } from 'aws-cdk-lib/aws-events';
import {
  CloudWatchDimensionSource,
  ConfigurationSet,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { CONFIGURATION_SET_TAG, names } from '#platform/manifest';
import { type MailSettings, removalPolicy, type Stage } from '../stages.ts';
import { alarmOnShare } from './alarm.ts';

export type MailProps = { readonly stage: Stage; readonly settings: MailSettings };

/**
 * How SES sends the mail of a stage (ADR 103). The configuration set has SES keep addresses that bounced or complained from getting further
 * mail, counts both, and publishes them on the account's default bus, which is the only one that SES takes. With a domain, SES also signs for it; it is retained like data, because its DNS records are made by hand.
 */
export class Mail extends Construct {
  constructor(scope: Construct, id: string, { stage, settings }: MailProps) {
    super(scope, id);
    const name = names(stage.name).mails;
    const configurationSet = new ConfigurationSet(this, 'ConfigurationSet', {
      configurationSetName: name,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    configurationSet.addEventDestination('Counts', {
      destination: EventDestination.cloudWatchDimensions([
        // the metrics have a dimension of the tag's name
        { source: CloudWatchDimensionSource.MESSAGE_TAG, name: CONFIGURATION_SET_TAG, defaultValue: name },
      ]),
      events: [EmailSendingEvent.SEND, EmailSendingEvent.BOUNCE, EmailSendingEvent.COMPLAINT],
    });
    configurationSet.addEventDestination('Events', {
      destination: EventDestination.eventBus(EventBus.fromEventBusName(this, 'DefaultBus', 'default')),
      events: [EmailSendingEvent.BOUNCE, EmailSendingEvent.COMPLAINT],
    });
    this.alarms(stage, configurationSet.configurationSetName);
    if (settings.domain !== undefined) this.identity(stage, settings.domain);
  }

  /** At half of the shares from which AWS reviews an account: 5% of bounces, 0.1% of complaints. */
  private alarms(stage: Stage, name: string) {
    const count = (metricName: string) =>
      new Metric({ namespace: 'AWS/SES', metricName, dimensionsMap: { [CONFIGURATION_SET_TAG]: name } });
    const props = { stage, total: count('Send'), period: Duration.days(1), runbook: 'mails-bounced' };
    alarmOnShare(this, 'BouncesAlarm', {
      ...props,
      counted: count('Bounce'),
      ...{ percent: 2.5, minimum: 5 },
      text: 'More than 2.5% of the mails of a day have bounced.',
    });
    alarmOnShare(this, 'ComplaintsAlarm', {
      ...props,
      counted: count('Complaint'),
      ...{ percent: 0.05, minimum: 2 },
      text: 'More than 0.05% of the mails of a day were reported as spam by who got them.',
    });
  }

  private identity(stage: Stage, domain: string) {
    const identity = new EmailIdentity(this, 'Identity', { identity: Identity.domain(domain), dkimSigning: true });
    identity.applyRemovalPolicy(removalPolicy(stage));
    identity.dkimRecords.forEach(({ name, value }, index) => {
      const output = new CfnOutput(this, `DkimRecord${index + 1}`, {
        description: `A DNS record of ${domain}, without which SES sends nothing from it`,
        value: `${name} CNAME ${value}`,
      });
      output.overrideLogicalId(`DkimRecord${index + 1}`);
    });
  }
}
