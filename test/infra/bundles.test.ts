import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { contexts } from '#contexts';
import { entryOf, functionsOf, variablesOf } from '#platform/manifest';
import { defaultTimes } from '#platform/runtime/times';
import { toAsl } from '#platform/saga/definition';
import { bundle as bundleAll, bundling, codeVersionOf } from '../../lib/bundles.ts';
import { functionBudgets } from '../bench/budgets.ts';
import { type Bundle, bundlesOf, forbiddenImports, packagesOf } from './bundle-contents.ts';
import { getOnly } from './synthesis.ts';

/**
 * A little above the largest bundle. Lower it where you can, and do not raise it: it was raised from 290, when every function
 * began to check bytes, media types, names and keys (ADR 71, 72, 75), and from 296, when the table's client began to refuse the keys
 * of other tenants (ADR 89).
 */
const RATCHET_KB = 299;
/** What one function needs beside the table's client: the clients of SES and Secrets Manager (ADR 74), currencies and addresses. */
const MAIL_KB = 66 + 13;
/**
 * What a worker needs besides: the client of SQS (25 KB) and what it does with a message that fails (4 KB, ADR 84, and 1 KB of
 * texts by which errors that repeat are told and named). It is 2 KB less than
 * their sum, because no worker is as large as the largest function without them.
 */
const WORKER_KB = 25 + 5 - 2;

const outdir = mkdtempSync(join(tmpdir(), 'breakwater-bundles-'));
afterAll(() => rmSync(outdir, { recursive: true }));
const metafile = bundleAll(contexts, outdir);
const bundles = bundlesOf(metafile);
const load = createRequire(import.meta.url);
const workflows = contexts.flatMap((manifest) => Object.keys(manifest.workflows ?? {}));

const functions = functionsOf(...contexts).map((fn) => ({
  id: fn.id,
  spec: fn.spec,
  file: entryOf(fn).file,
  bundle: getOnly(
    bundles.filter(({ id }) => id === fn.id),
    fn.id,
  ),
}));

describe.each(functions)('$id', ({ id, spec, file, bundle }) => {
  afterEach(() => vi.unstubAllEnvs());

  test('contains only the offered modules of other contexts', () => {
    expect(bundle.contents.has(file)).toBe(true);
    expect([...bundle.contents].filter((path) => !/^(functions|node_modules)\//.test(path))).toEqual([]);
    expect(forbiddenImports(metafile, bundle)).toEqual([]);
  });

  test('contains one copy of each package of the SDK, and none that Lambda never needs', () => {
    const packages = packagesOf(bundle);
    expect(packages.has('@smithy/core')).toBe(true);
    for (const [name, copies] of packages) {
      expect(name).not.toMatch(
        /^(aws-cdk|constructs|esbuild|@aws-sdk\/(nested-clients|token-providers|credential-provider-)|@smithy\/credential-provider-)/,
      );
      if (/^(@aws-sdk|@smithy|@aws)\//.test(name)) expect([...copies], name).toHaveLength(1);
    }
    const locales = [...bundle.contents].filter((path) => /zod\/.*\/locales\//.test(path));
    expect(locales.filter((path) => !path.endsWith('/en.js'))).toEqual([]);
  });

  test('is within the budget', () => {
    expect(bundle.bytes / 1_024).toBeLessThanOrEqual(functionBudgets.bundleKb);
    expect(bundle.bytes / 1_024).toBeLessThanOrEqual(
      RATCHET_KB + (spec.sendsMail ? MAIL_KB : 0) + (spec.consumes ? WORKER_KB : 0),
    );
  });

  test('exports a handler on Lambda, which needs only the variables of its manifest, and none elsewhere', () => {
    const file = join(outdir, id, 'index.js');
    const loadModule = () => {
      delete load.cache[file];
      return load(file);
    };
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', undefined);
    expect(loadModule().handler).toBeUndefined();
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', id);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    for (const name of variablesOf(spec, workflows))
      vi.stubEnv(name, name === 'TIMES' ? JSON.stringify(defaultTimes) : `arn:aws:${name}`);
    expect(loadModule().handler).toBeTypeOf('function');
  });
});

test('the version of the code depends on the code of every function, and on nothing else', () => {
  const version = codeVersionOf(contexts, outdir);
  expect(version).toMatch(/^[0-9a-f]{12}$/);
  const other = mkdtempSync(join(tmpdir(), 'breakwater-bundles-'));
  try {
    bundleAll(contexts, other);
    expect(codeVersionOf(contexts, other)).toBe(version);
    appendFileSync(join(other, 'orders-close/index.js'), ';');
    expect(codeVersionOf(contexts, other)).not.toBe(version);
  } finally {
    rmSync(other, { recursive: true });
  }
});

describe('the names of minified errors', () => {
  const definitions = contexts.flatMap(({ workflows: sagas = {} }) =>
    Object.values(sagas).map((saga) => JSON.stringify(toAsl(saga))),
  );
  const caughtErrors = new Set(
    definitions
      .flatMap((definition) =>
        [...definition.matchAll(/"ErrorEquals":\s*\[([^\]]*)\]/g)].map(([, errors = '']) => errors),
      )
      .flatMap((errors) => errors.match(/\w[\w.]+/g) ?? [])
      .filter((error) => !/^(States|Lambda)\./.test(error)),
  );
  const minified = buildSync({
    ...bundling,
    write: false,
    stdin: { contents: "export { SagaError } from '#platform/saga/saga-error';", resolveDir: bundling.absWorkingDir },
  });
  const probe = { exports: {} as { SagaError: new (definition: { name: string; message: string }) => Error } };
  new Function('module', minified.outputFiles[0]?.text ?? '')(probe);
  const { SagaError } = probe.exports;

  test('differ from the class name, which is minified', () => expect(SagaError.name).not.toBe('SagaError'));

  test.each([...caughtErrors])('%s keeps its name', (name) => {
    const error = new SagaError({ name, message: 'no' });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
  });

  test('cover every error that the definitions catch', () =>
    expect([...caughtErrors].sort()).toEqual([
      'HoldCommitted',
      'PaymentDeclined',
      'PaymentUnavailable',
      'PaymentUnknown',
      'PaymentUnresolved',
      'SettlementRefused',
      'StockUnavailable',
      'Superseded',
      'UnitsReturning',
      'Unprocessable',
    ]));
});

describe('the search for forbidden imports', () => {
  const graph = (imports: Readonly<Record<string, readonly string[]>>): [Metafile, Bundle] => [
    {
      inputs: Object.fromEntries(
        Object.entries(imports).map(([path, targets]) => [
          path,
          { bytes: 1, imports: targets.map((target) => ({ path: target, kind: 'import-statement' })) },
        ]),
      ) as Metafile['inputs'],
      outputs: {},
    },
    { id: 'orders-write', bytes: 1, contents: new Set(Object.keys(imports)) },
  ];

  test('allows contracts, public modules and what these import', () =>
    expect(
      forbiddenImports(
        ...graph({
          'functions/orders/orders.lambda.ts': [
            'functions/catalog/public.ts',
            'functions/platform/http/http-function.ts',
          ],
          'functions/catalog/public.ts': ['functions/catalog/table/keys.ts'],
          'functions/catalog/table/keys.ts': [],
          'functions/platform/http/http-function.ts': [],
        }),
      ),
    ).toEqual([]));

  test.each(['table/keys.ts', 'use-cases/put-product.ts', 'domain/product.ts', 'http/write.ts'])(
    "finds another context's %s",
    (module) =>
      expect(
        forbiddenImports(
          ...graph({
            'functions/orders/use-cases/place-order.ts': [`functions/catalog/${module}`],
            [`functions/catalog/${module}`]: [],
          }),
        ),
      ).toEqual([`functions/orders/use-cases/place-order.ts -> functions/catalog/${module}`]),
  );

  test('finds platform code that imports a context', () =>
    expect(
      forbiddenImports(
        ...graph({
          'functions/platform/http/http-function.ts': ['functions/tenants/contract.ts'],
          'functions/tenants/contract.ts': [],
        }),
      ),
    ).toHaveLength(1));
});
