import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { contexts } from '#contexts';
import { entryOf, functionsOf, variablesOf } from '#platform/manifest';
import { defaultTimes } from '#platform/runtime/times';
import { toAsl } from '#platform/saga/definition';
import { bundle as bundleAll, bundling } from '../../lib/bundles.ts';
import { functionBudgets } from '../bench/budgets.ts';
import { type Bundle, bundlesOf, forbiddenImports, packagesOf } from './entered.ts';
import { only } from './synthesis.ts';

/** A little above the largest bundle. Lower it where you can, and do not raise it. */
const RATCHET_KB = 290;
/** The size of the SES client, which one function needs beside the table's. */
const MAIL_KB = 62;

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
  bundle: only(
    bundles.filter(({ id }) => id === fn.id),
    fn.id,
  ),
}));

describe.each(functions)('$id', ({ id, spec, file, bundle }) => {
  afterEach(() => vi.unstubAllEnvs());

  test('holds of other contexts what they offer, and nothing else', () => {
    expect(bundle.entered.has(file)).toBe(true);
    expect([...bundle.entered].filter((path) => !/^(functions|node_modules)\//.test(path))).toEqual([]);
    expect(forbiddenImports(metafile, bundle)).toEqual([]);
  });

  test('holds one copy of each part of the SDK, and none of what Lambda never needs', () => {
    const packages = packagesOf(bundle);
    expect(packages.has('@smithy/core')).toBe(true);
    for (const [name, copies] of packages) {
      expect(name).not.toMatch(
        /^(aws-cdk|constructs|esbuild|@aws-sdk\/(nested-clients|token-providers|credential-provider-)|@smithy\/credential-provider-)/,
      );
      if (/^(@aws-sdk|@smithy|@aws)\//.test(name)) expect([...copies], name).toHaveLength(1);
    }
    const locales = [...bundle.entered].filter((path) => /zod\/.*\/locales\//.test(path));
    expect(locales.filter((path) => !path.endsWith('/en.js'))).toEqual([]);
  });

  test('is within the budget', () => {
    expect(bundle.bytes / 1_024).toBeLessThanOrEqual(functionBudgets.bundleKb);
    expect(bundle.bytes / 1_024).toBeLessThanOrEqual(RATCHET_KB + (spec.sendsMail ? MAIL_KB : 0));
  });

  test('gives Lambda a handler, from the variables of its manifest alone; elsewhere none', () => {
    const file = join(outdir, id, 'index.js');
    const loaded = () => {
      delete load.cache[file];
      return load(file);
    };
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', undefined);
    expect(loaded().handler).toBeUndefined();
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', id);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    for (const name of variablesOf(spec, workflows))
      vi.stubEnv(name, name === 'TIMES' ? JSON.stringify(defaultTimes) : `arn:aws:${name}`);
    expect(loaded().handler).toBeTypeOf('function');
  });
});

describe('what minifying leaves of errors', () => {
  const definitions = contexts.flatMap(({ workflows: of = {} }) =>
    Object.values(of).map((saga) => JSON.stringify(toAsl(saga))),
  );
  const named = new Set(
    definitions
      .flatMap((definition) =>
        [...definition.matchAll(/"ErrorEquals":\s*\[([^\]]*)\]/g)].map(([, errors = '']) => errors),
      )
      .flatMap((errors) => errors.match(/\w[\w.]+/g) ?? [])
      .filter((error) => !error.startsWith('States.')),
  );
  const built = buildSync({
    ...bundling,
    write: false,
    stdin: { contents: "export { SagaError } from '#platform/saga/saga-error';", resolveDir: bundling.absWorkingDir },
  });
  const probe = { exports: {} as { SagaError: new (definition: { name: string; message: string }) => Error } };
  new Function('module', built.outputFiles[0]?.text ?? '')(probe);
  const { SagaError } = probe.exports;

  test('the class itself has lost its name, so that this proves something', () =>
    expect(SagaError.name).not.toBe('SagaError'));

  test.each([...named])('%s is still called so', (name) => {
    const error = new SagaError({ name, message: 'no' });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
  });

  test('all of those that the definitions name were looked at', () =>
    expect([...named].sort()).toEqual([
      'HoldCommitted',
      'PaymentDeclined',
      'PaymentUnavailable',
      'PaymentUnknown',
      'SettlementRefused',
      'StockUnavailable',
      'Superseded',
    ]));
});

describe('the search for forbidden imports', () => {
  const graph = (imports: Readonly<Record<string, readonly string[]>>): [Metafile, Bundle] => [
    {
      inputs: Object.fromEntries(
        Object.entries(imports).map(([path, to]) => [
          path,
          { bytes: 1, imports: to.map((target) => ({ path: target, kind: 'import-statement' })) },
        ]),
      ) as Metafile['inputs'],
      outputs: {},
    },
    { id: 'orders-write', bytes: 1, entered: new Set(Object.keys(imports)) },
  ];

  test('passes a contract, what is published and all that is published from', () =>
    expect(
      forbiddenImports(
        ...graph({
          'functions/orders/write.lambda.ts': [
            'functions/catalog/public.ts',
            'functions/platform/http/http-function.ts',
          ],
          'functions/catalog/public.ts': ['functions/catalog/table/keys.ts'],
          'functions/catalog/table/keys.ts': [],
          'functions/platform/http/http-function.ts': [],
        }),
      ),
    ).toEqual([]));

  test.each(['data/keys.ts', 'app/put-product.ts', 'domain/product.ts', 'http/put-product.route.ts'])(
    "finds another's %s",
    (part) =>
      expect(
        forbiddenImports(
          ...graph({
            'functions/orders/use-cases/place-order.ts': [`functions/catalog/${part}`],
            [`functions/catalog/${part}`]: [],
          }),
        ),
      ).toEqual([`functions/orders/use-cases/place-order.ts -> functions/catalog/${part}`]),
  );

  test('finds shared code that knows a context', () =>
    expect(
      forbiddenImports(
        ...graph({
          'functions/platform/http/http-function.ts': ['functions/tenants/contract.ts'],
          'functions/tenants/contract.ts': [],
        }),
      ),
    ).toHaveLength(1));
});
