import { join } from 'node:path';
import { App, Tags } from 'aws-cdk-lib';
import { manifestsOn, names } from '#platform/manifest';
import { contexts } from '../functions/contexts.ts';
import { bundledCode } from '../lib/bundles.ts';
import { type Deployment, dependenciesOf } from '../lib/deployment.ts';
import { addNagChecks } from '../lib/nag.ts';
import { AccountStack } from '../lib/stacks/account.ts';
import { ApiStack } from '../lib/stacks/api.ts';
import { ContextStack } from '../lib/stacks/context.ts';
import { StateStack } from '../lib/stacks/state.ts';
import { refuseUnknownSettings, settingNamesOf, stageOf } from '../lib/stages.ts';

const PROJECT = 'breakwater';

/** Creates every stack of a stage, and that of its account. Stacks share names, not exports, so only their order of deployment connects them. */
export const breakwater = (app: App, deployment: Deployment) => {
  const { stage, manifests } = deployment;
  const stackName = (name: string) => `${names(stage.name).prefix}-${name}`;
  const tags = { project: PROJECT, stage: stage.name };
  const props = { terminationProtection: stage.protect, tags };

  const account = new AccountStack(app, `${PROJECT}-account`, {
    terminationProtection: stage.kind !== 'localstack',
    tags: { project: PROJECT },
  });
  const state = new StateStack(app, stackName('state'), { ...props, stage, manifests });
  const contextStacks = new Map(
    manifests.map((manifest) => {
      const { context } = manifest;
      const stackProps = { ...props, tags: { ...tags, context } };
      return [context, new ContextStack(app, stackName(context), { ...stackProps, deployment, manifest })] as const;
    }),
  );
  const api = new ApiStack(app, stackName('api'), { ...props, deployment });

  for (const manifest of manifests) {
    const stack = contextStacks.get(manifest.context);
    stack?.addStackDependency(state);
    if (manifest.standalone) stack?.addStackDependency(account);
    for (const dependency of dependenciesOf(manifest, deployment)) {
      const other = contextStacks.get(dependency);
      if (other) stack?.addStackDependency(other);
    }
  }
  for (const stack of [account, ...contextStacks.values()]) api.addStackDependency(stack);
  for (const stack of [account, state, ...contextStacks.values(), api])
    for (const [key, value] of Object.entries(stack.tags.tagValues())) Tags.of(stack).add(key, value);
  addNagChecks(app);
};

/** The stage of the command line. A wrong setting prints one line instead of a stack trace. */
const requestedStage = (app: App) => {
  const settings = ['stage', ...settingNamesOf(...contexts)];
  try {
    refuseUnknownSettings(Object.keys(app.node.getAllContext()), settings);
    return stageOf({
      ...Object.fromEntries(settings.map((setting) => [setting, app.node.tryGetContext(setting)])),
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
