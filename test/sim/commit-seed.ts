import { execFileSync } from 'node:child_process';
import { ROOT } from './bundle.ts';

/** A whole number below 2^28. Each commit has its own, so that its tests have one verdict however often they run, and the next commit tries other seeds. */
export const commitSeed = (): number =>
  Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).slice(0, 7), 16);
