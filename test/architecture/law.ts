import type { IAllowedRuleType } from 'dependency-cruiser';

const CONTEXT = '(tenants|catalog|inventory|orders|payments|sandbox|notifications|operations)';
const room = (path: string) => `^functions/${CONTEXT}/${path}`;
/** `$1` is the context of the importing file. */
const own = (...rooms: string[]) => rooms.map((path) => `^functions/$1/${path}`);
const anyones = (...rooms: string[]) => rooms.map(room);
const shared = (...names: string[]) => names.map((name) => `^functions/shared/${name}\\.ts$`);
const packages = (...names: string[]) => names.map((name) => `^node_modules/${name}/`);

const node = '^(node:)?(crypto|timers/promises|buffer)$';
const sdk = packages('@aws-sdk/[^/]+', '@smithy/[^/]+');
/** Types alone: the package has no code. */
const lambdaTypes = '^aws-lambda$';
const kernel = shared('kernel');
/** What a context may use of shared wherever it touches the world. */
const world = shared(
  'runtime',
  'manifest',
  'events',
  'write',
  'batch-get',
  'put',
  'list',
  'secret',
  'authenticate',
  'errors',
  'remember',
  'kernel',
);

/** The import law: who may import whom. What no line allows is forbidden. */
export const law: readonly { readonly room: string; readonly may: readonly string[] }[] = [
  { room: room('domain/'), may: [...kernel, ...own('domain/')] },
  { room: room('app/'), may: [...kernel, node, ...own('app/', 'domain/', 'contract'), ...anyones('contract')] },
  {
    room: room('data/'),
    may: [...world, node, ...sdk, ...packages('zod'), ...own('data/', 'app/', 'domain/', 'contract')],
  },
  { room: room('(contract|manifest)\\.ts'), may: [...packages('zod'), ...shared('kernel', 'manifest', 'events')] },
  {
    room: room('published\\.ts'),
    may: [...world, node, ...sdk, ...packages('lru-cache'), ...own('contract', 'data/', 'app/', 'domain/')],
  },
  {
    room: room('(http|workers|saga)/'),
    may: [
      ...own('(http|workers|saga|app|data|domain)/', 'contract'),
      ...anyones('contract', 'published'),
      '^functions/shared/[^/]+\\.ts$',
      node,
      ...sdk,
      ...packages('zod', 'lru-cache'),
      lambdaTypes,
    ],
  },
  { room: room('[^/]+\\.lambda\\.ts'), may: [...own('(http|workers|saga)/'), '^functions/shared/'] },
  {
    room: '^functions/shared/',
    may: [
      '^functions/shared/',
      node,
      '^(node:)?async_hooks$',
      ...sdk,
      ...packages('zod', '@middy/[^/]+', '@aws-lambda-powertools/[^/]+', 'lru-cache'),
      lambdaTypes,
    ],
  },
  {
    room: '^functions/relay/',
    may: [
      '^functions/(relay|shared)/',
      ...anyones('contract'),
      ...sdk,
      ...packages('zod', '@middy/[^/]+', '@aws-lambda-powertools/[^/]+'),
      lambdaTypes,
    ],
  },
  { room: '^functions/manifests\\.ts', may: ['^functions/[^/]+/manifest\\.ts$', ...shared('manifest')] },
  {
    room: '^(lib|bin)/',
    may: [
      '^lib/',
      '^functions/manifests\\.ts$',
      ...anyones('contract', 'manifest'),
      ...shared('manifest', 'problems', 'runtime', 'times'),
      '^(node:)?(fs|path|url|os|crypto)',
      ...packages('aws-cdk-lib', 'constructs', 'esbuild', 'cdk-nag'),
    ],
  },
  {
    // what an operator runs: it may read any context's data, and reaches AWS by itself
    room: '^scripts/',
    may: [
      '^scripts/',
      '^functions/(relay|shared|[^/]+/data)/',
      '^functions/manifests\\.ts$',
      '^(node:)?(util|timers/promises)$',
      ...sdk,
      ...packages('zod', '@aws-lambda-powertools/logger'),
    ],
  },
  {
    room: '^embedded/',
    may: [
      '^embedded/',
      '^functions/manifests\\.ts$',
      // the demo's tenant has a key that its user chose, which no route would let anyone do
      '^functions/tenants/http/register\\.ts$',
      ...shared('manifest', 'runtime', 'times', 'correlation', 'logger', 'retry', 'problems', 'kernel', 'aws/options'),
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
