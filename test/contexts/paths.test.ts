import { expect, it } from 'vitest';
import { contexts } from '#contexts';
import type { RouteDefinition } from '#platform/http/route';
import { functionsOf, type Manifest } from '#platform/manifest';

const routesOf = (...manifests: readonly Manifest[]): readonly RouteDefinition[] =>
  functionsOf(...manifests).flatMap(({ routes }) => routes);
const manifests: readonly Manifest[] = contexts;
const [standalone, shared] = [true, false].map((isAlone) =>
  manifests.filter((manifest) => (manifest.standalone !== undefined) === isAlone),
);
/** The routes of each API: that of the product, and those of standalone contexts. */
const apis = [routesOf(...(shared ?? [])), ...(standalone ?? []).map((manifest) => routesOf(manifest))];

/** The value by which the path of `other` is one of this route's, too; undefined if no request matches both. */
const hiddenValue = ({ path, params = {} }: RouteDefinition, other: RouteDefinition): string | undefined => {
  const [segments, otherSegments] = [path.split('/'), other.path.split('/')];
  if (segments.length !== otherSegments.length) return undefined;
  const values = segments.flatMap((segment, n) => {
    const value = otherSegments[n] ?? '';
    return segment === value ? [] : [{ name: /^\{(\w+)\}$/.exec(segment)?.[1], value }];
  });
  const isHidden = values.every(({ name, value }) => name !== undefined && params[name]?.safeParse(value).success);
  return isHidden ? values[0]?.value : undefined;
};

it('no path is the value of a parameter of another path: gateways match the literal path first', () => {
  const hidden = apis.flatMap((routes) =>
    routes.flatMap((route) =>
      routes.flatMap((other) => {
        const value = hiddenValue(route, other);
        return value === undefined ? [] : [`${other.path} hides ${value} of ${route.path}`];
      }),
    ),
  );
  expect(apis.flat().length).toBeGreaterThan(20);
  expect([...new Set(hidden)]).toEqual([]);
});
