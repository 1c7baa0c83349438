import findMyWay from 'find-my-way';

/** A path of the API that a request matches, with the decoded values of its parameters. */
export type MatchedPath<T> = { readonly store: T; readonly params: Readonly<Record<string, string>> };
export type Router<T> = (path: string) => MatchedPath<T> | undefined;

/** A percent sign that encodes nothing stands for itself, so that a route can refuse the value. */
const escapeMalformed = (path: string): string => {
  try {
    decodeURIComponent(path);
    return path;
  } catch {
    return path.replaceAll('%', '%25');
  }
};

/**
 * Matches paths as API Gateway does: case matters, one trailing slash does not, and no other slash may be empty or encoded. A percent
 * sign that encodes nothing stands for itself. It looks at no method.
 */
export const createRouter = <T>(paths: ReadonlyMap<string, T>): Router<T> => {
  const router = findMyWay({ maxParamLength: 10_000, ignoreTrailingSlash: true });
  for (const [path, store] of paths) router.on('GET', path.replaceAll(/\{(\w+)\}/g, ':$1'), () => {}, store);
  return (path) => {
    // the library would take what follows for a query, and an empty part for a parameter
    if (/[#?]|\/\//.test(path)) return undefined;
    const found = router.find('GET', escapeMalformed(path));
    if (!found) return undefined;
    const params = Object.entries(found.params).map(([name, value = '']) => [name, value]);
    return { store: found.store as T, params: Object.fromEntries(params) };
  };
};
