import type { Reporter, TestModule } from 'vitest/node';

/** Whether a module or a group in it failed outside its tests, for example in `beforeAll`. */
const hasErrors = (module: TestModule): boolean =>
  [module, ...module.children.allSuites()].some((suite) => suite.errors().length > 0);

/** Ends a run with the line `N passed, N failed`, which scripts read. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const errors = modules.filter(hasErrors).length + unhandled.length;
    const count = (state: string) => states.filter((other) => other === state).length;
    // other reporters print until the process exits
    process.on('exit', () => console.log(`${count('passed')} passed, ${count('failed') + errors} failed`));
  }
}
