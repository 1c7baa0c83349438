/** When an order is placed, as a share of the standstill, and what becomes of it whatever makes no progress. */
export type Expectation = {
  readonly at: number;
  readonly token?: string;
  readonly isCancelled?: true;
  readonly becomes: 'confirmed' | 'cancelled_by_customer' | 'payment_declined';
};
export const ORDERS_DURING: readonly Expectation[] = [
  { at: 0, becomes: 'confirmed' },
  { at: 0.02, token: 'tok_slow', isCancelled: true, becomes: 'cancelled_by_customer' },
  { at: 0.1, token: 'tok_declined', becomes: 'payment_declined' },
  { at: 0.5, becomes: 'confirmed' },
  { at: 0.99, becomes: 'confirmed' },
];
