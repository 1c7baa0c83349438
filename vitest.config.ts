import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], test: object = {}) => ({
  test: { name, include, testTimeout: 20_000, hookTimeout: 60_000, ...test },
});

export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    projects: [
      project('unit', ['test/**/*.test.ts'], {
        exclude: [
          'test/{acceptance,conformance,infra}/**',
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
      project('conformance', ['test/conformance/**/*.test.ts']),
      // compares with a DynamoDB: without one there is nothing to run
      ...(process.env['CONFORMANCE_ENDPOINT']
        ? [project('differential', ['test/differential/differential.test.ts'])]
        : []),
      project('acceptance', ['test/acceptance/**/*.test.ts'], {
        globalSetup: 'test/acceptance/setup.ts',
        testTimeout: 180_000,
        fileParallelism: false,
      }),
    ],
  },
});
