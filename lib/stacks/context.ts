import { Stack, type StackProps } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { functionsOf, type Manifest, names } from '#platform/manifest';
import { alarmOnCount } from '../constructs/alarm.ts';
import { Api } from '../constructs/api.ts';
import { ContextFunction } from '../constructs/function.ts';
import { QuarantineQueue } from '../constructs/quarantine-queue.ts';
import { Redrive } from '../constructs/redrive.ts';
import { Relay } from '../constructs/relay.ts';
import { Saga } from '../constructs/saga.ts';
import { Scheduled } from '../constructs/scheduled.ts';
import { Worker } from '../constructs/worker.ts';
import { type Deployment, routesOf } from '../deployment.ts';

export type ContextStackProps = StackProps & { readonly deployment: Deployment; readonly manifest: Manifest };

/** One context: its functions with their event sources, and its workflows. */
export class ContextStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, manifest, ...props }: ContextStackProps) {
    super(scope, id, props);
    const { context, workflows = {}, standalone } = manifest;
    const { stage } = deployment;

    for (const { id, name, spec } of functionsOf(manifest)) {
      const props = { deployment, id, spec };
      if (spec.consumes) new Worker(this, name, { ...props, consumes: spec.consumes });
      else if (spec.everyMinutes) {
        const { everyMinutes, runbook } = spec;
        new (spec.redrives ? Redrive : Scheduled)(this, name, { ...props, everyMinutes, runbook });
      } else if (spec.streams) new Relay(this, name, props);
      else {
        const { lambda } = new ContextFunction(this, name, props);
        if (spec.authorizes)
          alarmOnCount(this, 'AuthorizerAlarm', {
            stage,
            metric: lambda.metricErrors(),
            text: `${id} crashes or times out: callers with a key get a server error.`,
            runbook: 'api-errors',
          });
      }
      for (const queue of spec.sends ?? []) new QuarantineQueue(this, queue, { stage, id: queue });
    }
    const functions = functionsOf(...deployment.manifests).map(({ id }) => id);
    for (const [workflow, definition] of Object.entries(workflows)) {
      new Saga(this, workflow, { stage, id: workflow, definition, functions });
    }
    if (standalone) {
      const api = new Api(this, 'Api', { stage, name: context, routes: routesOf(manifest) });
      api.node.addDependency(...functionsOf(manifest).map(({ name }) => this.node.findChild(name)));
      new StringParameter(this, 'Url', {
        parameterName: names(stage.name).parameter('provider-url'),
        stringValue: api.url,
      });
    }
  }
}
