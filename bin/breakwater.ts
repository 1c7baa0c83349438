import { join } from 'node:path';
import { App, Tags } from 'aws-cdk-lib';
import { manifestsOn, names, reservationsOf } from '#platform/manifest';
import { contexts } from '../functions/contexts.ts';
import { bundledCode } from '../lib/bundles.ts';
import { type Deployment, dependenciesOf } from '../lib/deployment.ts';
import { addNagChecks } from '../lib/nag.ts';
import { ApiStack } from '../lib/stacks/api.ts';
import { ContextStack } from '../lib/stacks/context.ts';
import { StateStack } from '../lib/stacks/state.ts';
import { stageOf } from '../lib/stages.ts';

/** Creates every stack of a stage. Stacks share names, not exports, so only their order of deployment connects them. */
export const breakwater = (app: App, deployment: Deployment) => {
  const { stage, manifests } = deployment;
  const stackName = (name: string) => `${names(stage.name).prefix}-${name}`;

  const state = new StateStack(app, stackName('state'), { stage, manifests });
  const contextStacks = new Map(
    manifests.map((manifest) => {
      const stack = new ContextStack(app, stackName(manifest.context), { deployment, manifest });
      Tags.of(stack).add('context', manifest.context);
      return [manifest.context, stack] as const;
    }),
  );
  const api = new ApiStack(app, stackName('api'), { deployment });

  for (const manifest of manifests) {
    const stack = contextStacks.get(manifest.context);
    stack?.addStackDependency(state);
    for (const dependency of dependenciesOf(manifest, deployment)) {
      const other = contextStacks.get(dependency);
      if (other) stack?.addStackDependency(other);
    }
  }
  for (const stack of contextStacks.values()) api.addStackDependency(stack);
  Tags.of(app).add('project', 'breakwater');
  Tags.of(app).add('stage', stage.name);
  addNagChecks(app);
};

/** The stage of the command line. A wrong setting prints one line instead of a stack trace. */
const requestedStage = (app: App) => {
  try {
    return stageOf({
      stage: app.node.tryGetContext('stage'),
      name: app.node.tryGetContext('name'),
      providerUrl: app.node.tryGetContext('providerUrl'),
      alarmEmail: app.node.tryGetContext('alarmEmail'),
      mailFrom: app.node.tryGetContext('mailFrom'),
      ...Object.fromEntries(
        reservationsOf(...contexts).map(({ setting }) => [setting, app.node.tryGetContext(setting)]),
      ),
      localstackPort: process.env['LOCALSTACK_PORT'],
    });
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
};

if (import.meta.main) {
  const app = new App();
  const stage = requestedStage(app);
  const manifests = manifestsOn(stage.kind, contexts);
  breakwater(app, { stage, manifests, ...bundledCode(manifests, join(app.outdir, 'bundles')) });
}
