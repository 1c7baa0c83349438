import { join } from 'node:path';
import { App, Tags } from 'aws-cdk-lib';
import { names } from '#shared/manifest';
import { manifests } from '../functions/manifests.ts';
import { bundled } from '../lib/bundles.ts';
import { type Deployment, manifestsOn } from '../lib/deployment.ts';
import { judge } from '../lib/nag.ts';
import { contextsBefore } from '../lib/order.ts';
import { ApiStack } from '../lib/stacks/api.ts';
import { ContextStack } from '../lib/stacks/context.ts';
import { StateStack } from '../lib/stacks/state.ts';
import { stageOf } from '../lib/stages.ts';

/** Makes every stack of a stage. They share names, not exports, so only their order ties them together. */
export const breakwater = (app: App, deployment: Deployment) => {
  const { stage } = deployment;
  const called = (name: string) => `${names(stage.name).prefix}-${name}`;

  const state = new StateStack(app, called('state'), { stage });
  const contexts = new Map(
    deployment.manifests.map((manifest) => {
      const stack = new ContextStack(app, called(manifest.context), { deployment, manifest });
      Tags.of(stack).add('context', manifest.context);
      return [manifest.context, stack] as const;
    }),
  );
  const api = new ApiStack(app, called('api'), { deployment });

  for (const manifest of deployment.manifests) {
    const stack = contexts.get(manifest.context);
    stack?.addStackDependency(state);
    for (const before of contextsBefore(manifest, deployment)) {
      const other = contexts.get(before);
      if (other) stack?.addStackDependency(other);
    }
  }
  for (const stack of contexts.values()) api.addStackDependency(stack);
  Tags.of(app).add('project', 'breakwater');
  Tags.of(app).add('stage', stage.name);
  judge(app);
};

/** The stage that the command line asks for; one line instead of a stack trace where it asks for none that can be. */
const stageAskedFor = (app: App) => {
  try {
    return stageOf({
      stage: app.node.tryGetContext('stage'),
      providerUrl: app.node.tryGetContext('providerUrl'),
      alarmEmail: app.node.tryGetContext('alarmEmail'),
      mailFrom: app.node.tryGetContext('mailFrom'),
      localstackPort: process.env['LOCALSTACK_PORT'],
    });
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
};

if (import.meta.main) {
  const app = new App();
  const stage = stageAskedFor(app);
  const here = manifestsOn(stage, manifests);
  breakwater(app, { stage, manifests: here, code: bundled(here, join(app.outdir, 'bundles')) });
}
