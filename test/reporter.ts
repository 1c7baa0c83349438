import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run with `N passed, N failed`, the line that scripts read. */
export default class Closing implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandled.length;
    const count = (wanted: string) => states.filter((state) => state === wanted).length;
    // after what other reporters still print
    process.on('exit', () => console.log(`${count('passed')} passed, ${count('failed') + broken} failed`));
  }
}
