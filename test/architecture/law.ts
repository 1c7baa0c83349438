import type { IAllowedRuleType } from 'dependency-cruiser';
import { contexts } from '#contexts';

/** The contexts whose modules follow the common layout. The relay serves every context and has its own rule. */
const CONTEXT = `(${contexts
  .map(({ context }) => context)
  .filter((context) => context !== 'relay')
  .join('|')})`;
const inAnyContext = (path: string) => `^functions/${CONTEXT}/${path}`;
/** `$1` is the context of the importing file. */
const ownContext = (...paths: string[]) => paths.map((path) => `^functions/$1/${path}`);
const anyContexts = (...paths: string[]) => paths.map(inAnyContext);
const platform = (...paths: string[]) => paths.map((path) => `^functions/platform/${path}`);
const packages = (...names: string[]) => names.map((name) => `^node_modules/${name}/`);

const node = '^(node:)?(crypto|timers/promises|buffer|url)$';
const sdk = packages('@aws-sdk/[^/]+', '@smithy/[^/]+');
/** Types only: the package has no code. */
const lambdaTypes = '^aws-lambda$';
/** What the whole backend shares and what has no I/O. */
const kernel = platform('(kernel|concurrently|money|currencies)\\.ts$');

/** The import law: what the modules with a matching path may import. Anything else is forbidden. */
export const law: readonly { readonly modules: string; readonly may: readonly string[] }[] = [
  { modules: inAnyContext('domain/'), may: [...kernel, ...ownContext('domain/')] },
  {
    modules: inAnyContext('use-cases/'),
    may: [...kernel, node, ...ownContext('use-cases/', 'domain/', 'contract', 'routes'), ...anyContexts('contract')],
  },
  {
    modules: inAnyContext('(table|adapters)/'),
    may: [
      ...platform(''),
      node,
      ...sdk,
      ...packages('zod'),
      ...ownContext('(table|adapters)/', 'use-cases/', 'domain/', 'contract', 'errors'),
    ],
  },
  {
    modules: inAnyContext('(contract|routes|errors)\\.ts'),
    may: [
      ...packages('zod'),
      ...kernel,
      ...platform(
        'schemas',
        'input-schemas',
        'manifest',
        'messaging/events',
        'http/(problems|route)',
        'saga/saga-error',
        'table/list-query',
      ),
      ...ownContext('contract', 'errors'),
      ...anyContexts('errors'),
    ],
  },
  {
    modules: inAnyContext('manifest\\.ts'),
    may: [...platform('manifest'), ...ownContext('contract', 'routes', 'errors', 'saga/definitions')],
  },
  {
    modules: inAnyContext('saga/definitions\\.ts'),
    may: [...platform('saga/definition'), ...ownContext('errors'), ...anyContexts('errors')],
  },
  {
    modules: inAnyContext('public\\.ts'),
    may: [...platform(''), ...packages('zod'), ...sdk, ...ownContext('contract', 'table/', 'adapters/')],
  },
  {
    modules: inAnyContext('(http|workers|saga)/'),
    may: [
      ...ownContext('(http|workers|saga|use-cases|table|adapters|domain)/', 'contract', 'routes', 'errors'),
      ...anyContexts('contract', 'errors', 'public'),
      ...platform(''),
      node,
      ...packages('zod'),
      lambdaTypes,
    ],
  },
  {
    modules: inAnyContext('[^/]+\\.lambda\\.ts'),
    may: [...ownContext('(http|workers|saga)/', 'routes'), ...anyContexts('public'), ...platform('')],
  },
  { modules: inAnyContext('budgets\\.ts'), may: [] },
  {
    modules: '^functions/platform/',
    may: [
      ...platform(''),
      node,
      '^(node:)?async_hooks$',
      ...sdk,
      ...packages('zod', '@middy/[^/]+', '@aws-lambda-powertools/[^/]+'),
      lambdaTypes,
    ],
  },
  {
    modules: '^functions/relay/',
    may: ['^functions/(relay|platform)/', ...anyContexts('contract'), ...sdk, ...packages('zod'), lambdaTypes],
  },
  {
    modules: '^functions/contexts\\.ts',
    may: ['^functions/[^/]+/manifest\\.ts$', ...platform('manifest', 'http/problems')],
  },
  {
    modules: '^(lib|bin)/',
    may: [
      '^(lib|bin)/',
      '^functions/contexts\\.ts$',
      ...anyContexts('contract', 'manifest'),
      ...platform(
        'manifest',
        'http/(headers|problems|route|methods|media-type)',
        'runtime/(runtime|times)',
        'saga/definition',
      ),
      '^(node:)?(fs|path|url|os|crypto|util)',
      ...packages('aws-cdk-lib', 'constructs', 'esbuild', 'cdk-nag', 'zod'),
    ],
  },
  {
    // operators run these: they may read any context's table, contract and routes, and create their own AWS clients
    modules: '^ops/',
    may: [
      '^ops/',
      '^functions/(relay|platform|[^/]+/table)/',
      '^functions/[^/]+/(contract|routes)\\.ts$',
      '^functions/contexts\\.ts$',
      // what `npm run deploy` deploys
      '^lib/stages\\.ts$',
      '^(node:)?(util|timers/promises|crypto|child_process|fs|path)$',
      ...sdk,
      ...packages('zod', '@aws-lambda-powertools/logger'),
      lambdaTypes,
    ],
  },
  {
    // emulated AWS services: a package that knows nothing of Breakwater
    modules: '^embedded/aws/',
    may: ['^embedded/aws/', '^(node:)?[a-z/_]+$', ...sdk, ...packages('@aws-lambda-powertools/logger'), lambdaTypes],
  },
  {
    modules: '^embedded/host/',
    may: [
      '^embedded/',
      '^functions/contexts\\.ts$',
      // the demo's tenant has a key that its user chose; no route allows that
      '^functions/tenants/http/create-tenant\\.ts$',
      ...kernel,
      ...platform(
        'manifest',
        'http/(headers|problems|route|methods|media-type)',
        'messaging/message-body',
        'saga/definition',
        'runtime/',
        'table/guard',
      ),
      '^(node:)?[a-z/_]+$',
      ...sdk,
      ...packages('find-my-way', '@aws-lambda-powertools/logger'),
      lambdaTypes,
    ],
  },
];

export const allowed: IAllowedRuleType[] = law.map(({ modules, may }) => ({
  from: { path: modules },
  to: { path: [...may] },
}));
