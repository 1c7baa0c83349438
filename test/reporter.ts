import { inspect } from 'node:util';
import type { Reporter, TestModule } from 'vitest/node';

/** Why a module or the groups in it failed outside their tests, for example in `beforeAll`. */
const errorsOutsideTests = (module: TestModule): string[] =>
  [module, ...module.children.allSuites()].flatMap((suite) => suite.errors().map(({ message }) => message));

/** One line, so that a script finds it with grep. */
const failureLine = (file: string, name: string, message = ''): string =>
  `failed: ${file}: ${name}: ${message}`.replaceAll(/\s+/g, ' ').slice(0, 1_000);

/** Ends a run with a line `failed: ...` for each test that failed, and with the line `N passed, N failed`. Scripts read both. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failures = [
      ...tests
        .filter((test) => test.result().state === 'failed')
        .map((test) => failureLine(test.module.relativeModuleId, test.fullName, test.result().errors?.[0]?.message)),
      ...modules.flatMap((module) => {
        const [message] = errorsOutsideTests(module);
        return message === undefined ? [] : [failureLine(module.relativeModuleId, 'outside its tests', message)];
      }),
      ...unhandled.map((error) => failureLine('outside all files', 'unhandled', inspect(error))),
    ];
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    // other reporters print until the process exits
    process.on('exit', () => console.log([...failures, `${passed} passed, ${failures.length} failed`].join('\n')));
  }
}
