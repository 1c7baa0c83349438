import type { Bundle } from './bundle.ts';
import { type Cell, cellName } from './cells.ts';
import type { CellResult } from './matrix.ts';
import { createWorkerPool } from './worker-pool.ts';

export type PlayedMatrix = {
  readonly results: readonly CellResult[];
  /** A line for each problem of each cell. */
  readonly problems: readonly string[];
};

/** Plays the cells, each in a host of its own. */
export const playMatrix = async (bundle: Bundle, cells: readonly Cell[], workers: number): Promise<PlayedMatrix> => {
  const results: CellResult[] = [];
  await createWorkerPool<Cell, CellResult>(bundle.path, workers).run(cells.values(), (cell, result) => {
    results.push('error' in result ? { cell, steps: 0, problems: [result.error] } : result);
    return true;
  });
  const problems = results.flatMap(({ cell, problems }) => problems.map((problem) => `${cellName(cell)}: ${problem}`));
  return { results, problems };
};

export const matrixText = ({ results, problems }: PlayedMatrix): string => {
  const restarts = results.flatMap(({ firstRestartSeconds = [] }) => firstRestartSeconds);
  const failed = results.filter((result) => result.problems.length > 0).length;
  return [
    ...problems,
    `${results.length} cells of the matrix, ${failed} failed`,
    `first restart after the repair: ${restarts.length > 0 ? `at most ${Math.max(...restarts)} s` : 'none was needed'}`,
  ].join('\n');
};
