import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], test: object = {}) => ({
  test: { name, include, testTimeout: 20_000, hookTimeout: 60_000, ...test },
});

/** What decides is run in full, in every branch; there is no comment that leaves a line out. */
const WHOLE = { statements: 100, branches: 100, functions: 100, lines: 100 };

export default defineConfig({
  test: {
    coverage: {
      include: ['functions/*/{domain,use-cases}/**'],
      reporter: ['text-summary'],
      thresholds: { 'functions/*/domain/**': WHOLE, 'functions/*/use-cases/**': WHOLE },
    },
    reporters: ['default', './test/reporter.ts'],
    projects: [
      project('unit', ['test/**/*.test.ts'], {
        exclude: [
          '**/node_modules/**',
          'test/{acceptance,conformance,faults,infra}/**',
          'test/sim/*.sim.test.ts',
          'test/architecture/**/*.test.ts',
          'test/differential/differential.test.ts',
        ],
      }),
      project('architecture', ['test/architecture/**/*.test.ts']),
      // in one process, so that each stage is synthesised once for all files
      project('infra', ['test/infra/**/*.test.ts'], {
        isolate: false,
        fileParallelism: false,
        testTimeout: 120_000,
        hookTimeout: 180_000,
      }),
      // alone and last, for it takes every core
      project('sim', ['test/sim/*.sim.test.ts'], {
        testTimeout: 300_000,
        fileParallelism: false,
        sequence: { groupOrder: 1 },
      }),
      project('conformance', ['test/conformance/**/*.test.ts']),
      // compares with a DynamoDB: without one there is nothing to run
      ...(process.env['CONFORMANCE_ENDPOINT']
        ? [project('differential', ['test/differential/differential.test.ts'])]
        : []),
      project('acceptance', ['test/acceptance/**/*.test.ts'], {
        globalSetup: 'test/acceptance/setup.ts',
        // each wait has a bound of its own, from the host; this one ends what hangs, and is longer than any deadline of an order
        testTimeout: 600_000,
        // on a host elsewhere most of a test is waiting, which files do side by side; here they would fight for the cores
        maxWorkers: process.env['ACCEPTANCE_HOST'] ? 4 : 1,
      }),
      // its table is read as a whole, at rest: nothing else may be going on there
      project('faults', ['test/faults/**/*.test.ts'], { globalSetup: 'test/acceptance/setup.ts' }),
    ],
  },
});
