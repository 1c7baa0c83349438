import { ServiceError } from '../service.ts';
import { type Engine, getTable } from './engine.ts';
import type { RestorePoint } from './history.ts';

/**
 * Returns the table and its indexes to an earlier moment. As with DynamoDB's point-in-time recovery, no stream record says so, and the
 * stream starts again, empty. Transactions in flight are cancelled, and tokens of earlier ones are forgotten.
 */
export const restoreTable = (engine: Engine, tableName: string, point: RestorePoint): void => {
  const table = getTable(engine, tableName);
  const history = engine.histories.get(table.name);
  if (!history) {
    const message = `The history of ${table.name} is not kept. Create the tables with pointInTimeRecovery.`;
    throw new ServiceError('PointInTimeRecoveryUnavailableException', message);
  }
  history.undo(table, point, engine.clock.now());
  engine.locks = new Set();
  engine.tokenRequests.clear();
  engine.stream.restart(table);
};
