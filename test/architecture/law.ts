import type { IAllowedRuleType } from 'dependency-cruiser';
import { contexts } from '#contexts';

/** The relay serves every context, so it has a room of its own. */
const CONTEXT = `(${contexts
  .map(({ context }) => context)
  .filter((context) => context !== 'relay')
  .join('|')})`;
const room = (path: string) => `^functions/${CONTEXT}/${path}`;
/** `$1` is the context of the importing file. */
const own = (...rooms: string[]) => rooms.map((path) => `^functions/$1/${path}`);
const anyContexts = (...rooms: string[]) => rooms.map(room);
const platform = (...paths: string[]) => paths.map((path) => `^functions/platform/${path}`);
const packages = (...names: string[]) => names.map((name) => `^node_modules/${name}/`);

const node = '^(node:)?(crypto|timers/promises|buffer)$';
const sdk = packages('@aws-sdk/[^/]+', '@smithy/[^/]+');
/** Types only: the package has no code. */
const lambdaTypes = '^aws-lambda$';
const kernel = platform('kernel\\.ts$');

/** The import law: what each room may import. Anything else is forbidden. */
export const law: readonly { readonly room: string; readonly may: readonly string[] }[] = [
  { room: room('domain/'), may: [...kernel, ...own('domain/')] },
  {
    room: room('use-cases/'),
    may: [...kernel, node, ...own('use-cases/', 'domain/', 'contract'), ...anyContexts('contract')],
  },
  {
    room: room('(table|adapters)/'),
    may: [
      ...platform(''),
      node,
      ...sdk,
      ...packages('zod'),
      ...own('(table|adapters)/', 'use-cases/', 'domain/', 'contract', 'errors'),
    ],
  },
  {
    room: room('(contract|errors)\\.ts'),
    may: [
      ...packages('zod'),
      ...kernel,
      ...platform(
        'schemas',
        'manifest',
        'messaging/events',
        'http/(problems|route)',
        'saga/saga-error',
        'table/list-query',
      ),
      ...own('errors'),
      ...anyContexts('errors'),
    ],
  },
  { room: room('manifest\\.ts'), may: [...platform('manifest'), ...own('contract', 'errors', 'saga/definitions')] },
  {
    room: room('saga/definitions\\.ts'),
    may: [...platform('saga/definition'), ...own('errors'), ...anyContexts('errors')],
  },
  {
    room: room('public\\.ts'),
    may: [...platform(''), ...packages('zod'), ...sdk, ...own('contract', 'table/', 'adapters/')],
  },
  {
    room: room('(http|workers|saga)/'),
    may: [
      ...own('(http|workers|saga|use-cases|table|adapters|domain)/', 'contract', 'errors'),
      ...anyContexts('contract', 'errors', 'public'),
      ...platform(''),
      node,
      ...packages('zod'),
      lambdaTypes,
    ],
  },
  {
    room: room('[^/]+\\.lambda\\.ts'),
    may: [...own('(http|workers|saga)/', 'contract'), ...anyContexts('public'), ...platform('')],
  },
  { room: room('budgets\\.ts'), may: [] },
  {
    room: '^functions/platform/',
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
    room: '^functions/relay/',
    may: ['^functions/(relay|platform)/', ...anyContexts('contract'), ...sdk, ...packages('zod'), lambdaTypes],
  },
  {
    room: '^functions/contexts\\.ts',
    may: ['^functions/[^/]+/manifest\\.ts$', ...platform('manifest', 'http/problems')],
  },
  {
    room: '^(lib|bin)/',
    may: [
      '^(lib|bin)/',
      '^functions/contexts\\.ts$',
      ...anyContexts('contract', 'manifest'),
      ...platform('manifest', 'http/(problems|route)', 'runtime/(runtime|times)', 'saga/definition'),
      '^(node:)?(fs|path|url|os|crypto|util)',
      ...packages('aws-cdk-lib', 'constructs', 'esbuild', 'cdk-nag', 'zod'),
    ],
  },
  {
    // what an operator runs: it may read any context's table, and calls AWS by itself
    room: '^ops/',
    may: [
      '^ops/',
      '^functions/(relay|platform|[^/]+/table)/',
      '^functions/contexts\\.ts$',
      '^(node:)?(util|timers/promises)$',
      ...sdk,
      ...packages('zod', '@aws-lambda-powertools/logger'),
    ],
  },
  {
    // emulated AWS services: a package that knows nothing of Breakwater
    room: '^embedded/aws/',
    may: ['^embedded/aws/', '^(node:)?[a-z/_]+$', ...sdk, ...packages('@aws-lambda-powertools/logger'), lambdaTypes],
  },
  {
    room: '^embedded/host/',
    may: [
      '^embedded/',
      '^functions/contexts\\.ts$',
      // the demo's tenant has a key that its user chose, which no route allows
      '^functions/tenants/http/create-tenant\\.ts$',
      ...kernel,
      ...platform('manifest', 'http/(problems|route)', 'saga/definition', 'runtime/'),
      '^(node:)?[a-z/_]+$',
      ...sdk,
      ...packages('find-my-way', '@aws-lambda-powertools/logger'),
      lambdaTypes,
    ],
  },
];

export const allowed: IAllowedRuleType[] = law.map(({ room, may }) => ({
  from: { path: room },
  to: { path: [...may] },
}));
