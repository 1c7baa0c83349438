export type DependencyState = 'ok' | 'failing';
export type DependencyStates = Readonly<Record<string, DependencyState>>;
export type Readiness = {
  readonly status: 'ok' | 'degraded' | 'unavailable';
  readonly dependencies: DependencyStates;
};

/** Without the table nothing can be answered. Without another dependency, orders are still accepted and wait: degraded. */
export const readinessOf = (dependencies: DependencyStates): Readiness => {
  if (dependencies['table'] !== 'ok') return { status: 'unavailable', dependencies };
  const allOk = Object.values(dependencies).every((state) => state === 'ok');
  return { status: allOk ? 'ok' : 'degraded', dependencies };
};
