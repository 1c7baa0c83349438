export type State = 'ok' | 'failing';
export type States = Readonly<Record<string, State>>;
export type Readiness = { readonly status: 'ok' | 'degraded' | 'unavailable'; readonly dependencies: States };

/** Without the table nothing can be answered. Without any other, orders are still taken and wait: degraded, and still of use. */
export const readiness = (dependencies: States): Readiness => {
  if (dependencies['table'] !== 'ok') return { status: 'unavailable', dependencies };
  const all = Object.values(dependencies).every((state) => state === 'ok');
  return { status: all ? 'ok' : 'degraded', dependencies };
};
