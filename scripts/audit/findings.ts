/** An item of the table, whatever it is of. */
export type Row = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string };

/** An invariant that does not hold, by its number in docs/simulator.md. */
export type Violation = { readonly invariant: number; readonly what: string };
