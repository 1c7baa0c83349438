import { attribute, type Item, invalid, type Value } from './values.ts';

/** Attribute names and, into lists, positions. */
export type Path = readonly (string | number)[];

export const shown = (path: Path) =>
  `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;

const child = (value: Value, step: string | number) =>
  typeof step === 'number' ? value.L?.[step] : value.M && attribute(value.M, step);

export const get = (item: Item, path: Path): Value | undefined => {
  let value: Value | undefined = { M: item };
  for (const step of path) value = value && child(value, step);
  return value;
};

const replaced = (item: Item, name: string, value: Value | undefined): Item => {
  const copy: Record<string, Value> = Object.assign(Object.create(null), item);
  if (value) copy[name] = value;
  else delete copy[name];
  return copy;
};

/** A copy of what lies on the path, with the value in its place or, for undefined, without it. */
const changed = (within: Value, [step, ...rest]: Path, value: Value | undefined): Value => {
  const here = step === undefined ? undefined : child(within, step);
  const next = rest.length ? here && changed(here, rest, value) : value;
  const fits = typeof step === 'number' ? within.L : within.M;
  if (step === undefined || !fits || (rest.length && !here))
    throw invalid('The document path provided in the update expression is invalid for update');
  if (typeof step === 'string') return { M: replaced(within.M ?? {}, step, next) };
  const list = within.L ?? [];
  // a position behind the end appends
  return { L: next ? list.toSpliced(step, 1, next) : list.toSpliced(step, 1) };
};

export const set = (item: Item, path: Path, value: Value): Item => changed({ M: item }, path, value).M as Item;
export const remove = (item: Item, path: Path): Item => changed({ M: item }, path, undefined).M as Item;

/** Orders paths into the same list by their positions. */
export const byPosition = (a: Path, b: Path) => {
  const at = a.findIndex((step, index) => step !== b[index]);
  const [left, right] = [a[at], b[at]];
  return typeof left === 'number' && typeof right === 'number' ? left - right : 0;
};

type Tree = Map<string | number, Tree>;

const treeOf = (paths: readonly Path[]) => {
  const root: Tree = new Map();
  for (const path of paths) {
    let node = root;
    for (const step of path) {
      const next = node.get(step) ?? new Map();
      node.set(step, next);
      node = next;
    }
  }
  return root;
};

const pick = (value: Value, tree: Tree): Value | undefined => {
  if (!tree.size) return value;
  const found = [...tree].flatMap(([step, below]) => {
    const part = child(value, step);
    const picked = part && pick(part, below);
    return picked ? [{ step, picked }] : [];
  });
  if (!found.length) return undefined;
  if (value.L) return { L: found.sort((a, b) => Number(a.step) - Number(b.step)).map(({ picked }) => picked) };
  return { M: Object.fromEntries(found.map(({ step, picked }) => [step, picked])) };
};

export const project = (item: Item, paths: readonly Path[]): Item => pick({ M: item }, treeOf(paths))?.M ?? {};
