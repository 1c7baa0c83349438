import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { contexts } from '#contexts';

/** What one context may use for one confirmed order of three lines. */
export type ContextBudgets = { readonly writeUnitsPerOrder: number; readonly usdPerMillionOrders: number };

const FUNCTIONS = join(import.meta.dirname, '../../functions');

const loadBudgets = async (context: string): Promise<readonly [string, ContextBudgets][]> => {
  const file = join(FUNCTIONS, context, 'budgets.ts');
  if (!existsSync(file)) return [];
  const { budgets } = (await import(pathToFileURL(file).href)) as { readonly budgets: ContextBudgets };
  return [[context, budgets]];
};

/** The budgets of every context that has any, by its name: a new context brings its own and changes nothing here. */
export const contextBudgets: ReadonlyMap<string, ContextBudgets> = new Map(
  (await Promise.all(contexts.map(({ context }) => loadBudgets(context)))).flat(),
);

const addBudgets = (contexts: readonly string[]): ContextBudgets => {
  const summands = contexts.flatMap((context) => contextBudgets.get(context) ?? []);
  const cents = summands.reduce((sum, { usdPerMillionOrders }) => sum + Math.round(usdPerMillionOrders * 100), 0);
  return {
    writeUnitsPerOrder: summands.reduce((sum, { writeUnitsPerOrder }) => sum + writeUnitsPerOrder, 0),
    usdPerMillionOrders: cents / 100,
  };
};

export const coreContexts = contexts.filter(({ core }) => core).map(({ context }) => context);
/** What an order may use in the contexts that must work for it to go on. */
export const orderFlowBudgets = addBudgets(coreContexts);
export const totalBudgets = addBudgets([...contextBudgets.keys()]);
