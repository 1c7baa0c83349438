import { defineConfig } from 'vitest/config';

/** They end a test that hangs, and judge no machine: a command that takes a second alone takes ten among twenty other processes. */
const HANG_TIMEOUTS = { testTimeout: 180_000, hookTimeout: 300_000 };

const project = (name: string, include: string[], test: object = {}) => ({
  test: { name, include, ...HANG_TIMEOUTS, ...test },
});

/** Domain code and use cases are covered in full, in every branch. No comment excludes a line from coverage. */
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
          'test/runtime-client/runtime-client.test.ts',
        ],
      }),
      project('architecture', ['test/architecture/**/*.test.ts']),
      // in one process, so that each stage is synthesised once for all files
      project('infra', ['test/infra/**/*.test.ts'], {
        isolate: false,
        fileParallelism: false,
      }),
      // alone and last, because it uses every core
      project('sim', ['test/sim/*.sim.test.ts'], {
        testTimeout: 900_000,
        fileParallelism: false,
        sequence: { groupOrder: 1 },
      }),
      project('conformance', ['test/conformance/**/*.test.ts']),
      // compares the embedded table with a DynamoDB, and so needs one
      ...(process.env['CONFORMANCE_ENDPOINT']
        ? [project('differential', ['test/differential/differential.test.ts'])]
        : []),
      // needs AWS's runtime client, which .ci/runtime-client/test installs
      ...(process.env['RUNTIME_CLIENT']
        ? [project('runtime-client', ['test/runtime-client/runtime-client.test.ts'])]
        : []),
      project('acceptance', ['test/acceptance/**/*.test.ts'], {
        globalSetup: 'test/acceptance/setup.ts',
        setupFiles: 'test/acceptance/retry-limit.ts',
        // each wait has its own limit, which the host sets; this limit ends a test that hangs, and exceeds every deadline of an order
        testTimeout: 600_000,
        // on another host a test mostly waits, so files run in parallel; here they would compete for the cores
        maxWorkers: process.env['ACCEPTANCE_HOST'] ? 4 : 1,
      }),
      // reads a whole table at quiescence, so nothing else may use that table
      project('faults', ['test/faults/**/*.test.ts'], {
        globalSetup: 'test/acceptance/setup.ts',
        // the run is limited by counts, and each wait has its own limit; this limit ends a test that hangs
        testTimeout: 900_000,
      }),
    ],
  },
});
