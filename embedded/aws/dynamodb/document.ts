import { type AttributeValue, findAttribute, type Item, validationError } from './values.ts';

/** The steps to a nested value: attribute names, and indexes into lists. */
export type Path = readonly (string | number)[];

export const formatPath = (path: Path) =>
  `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;

const findChild = (value: AttributeValue, step: string | number) =>
  typeof step === 'number' ? value.L?.[step] : value.M && findAttribute(value.M, step);

export const findAtPath = (item: Item, path: Path): AttributeValue | undefined => {
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) value = value && findChild(value, step);
  return value;
};

const withAttribute = (item: Item, name: string, value: AttributeValue | undefined): Item => {
  const copy: Record<string, AttributeValue> = Object.assign(Object.create(null), item);
  if (value) copy[name] = value;
  else delete copy[name];
  return copy;
};

/** A copy with the value at the path, or without the value at the path if it is undefined. */
const withValueAtPath = (
  within: AttributeValue,
  [step, ...remaining]: Path,
  value: AttributeValue | undefined,
): AttributeValue => {
  const current = step === undefined ? undefined : findChild(within, step);
  const next = remaining.length ? current && withValueAtPath(current, remaining, value) : value;
  const fits = typeof step === 'number' ? within.L : within.M;
  if (step === undefined || !fits || (remaining.length && !current))
    throw validationError('The document path provided in the update expression is invalid for update');
  if (typeof step === 'string') return { M: withAttribute(within.M ?? {}, step, next) };
  const list = within.L ?? [];
  // an index after the end appends
  return { L: next ? list.toSpliced(step, 1, next) : list.toSpliced(step, 1) };
};

export const setAtPath = (item: Item, path: Path, value: AttributeValue): Item =>
  withValueAtPath({ M: item }, path, value).M as Item;
export const removeAtPath = (item: Item, path: Path): Item => withValueAtPath({ M: item }, path, undefined).M as Item;

/** Sorts paths into the same list by their indexes. */
export const compareListPositions = (a: Path, b: Path) => {
  const first = a.findIndex((step, index) => step !== b[index]);
  const [left, right] = [a[first], b[first]];
  return typeof left === 'number' && typeof right === 'number' ? left - right : 0;
};

type PathTree = Map<string | number, PathTree>;

const toPathTree = (paths: readonly Path[]) => {
  const root: PathTree = new Map();
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

const pick = (value: AttributeValue, tree: PathTree): AttributeValue | undefined => {
  if (!tree.size) return value;
  const parts = [...tree].flatMap(([step, below]) => {
    const part = findChild(value, step);
    const picked = part && pick(part, below);
    return picked ? [{ step, picked }] : [];
  });
  if (!parts.length) return undefined;
  if (value.L) return { L: parts.sort((a, b) => Number(a.step) - Number(b.step)).map(({ picked }) => picked) };
  return { M: Object.fromEntries(parts.map(({ step, picked }) => [step, picked])) };
};

export const project = (item: Item, paths: readonly Path[]): Item => pick({ M: item }, toPathTree(paths))?.M ?? {};
