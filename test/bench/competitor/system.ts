/** The outcome of an order of one unit, as its customer saw it. */
export type OrderOutcome = {
  /** `refused`: the server answers that it cannot (no stock, for example); `failed`: a server error, or no answer in time. */
  readonly kind: 'paid' | 'refused' | 'failed';
  /** The message of the refusal or the failure. */
  readonly reason?: string;
  /** Of the last call that writes: addPaymentToOrder, or POST /v1/orders. */
  readonly lastCallMs: number;
  /** From the first call until the customer knows the outcome. */
  readonly totalMs: number;
};

/** A server in its own process, with products in stock. */
export type System = {
  readonly pid: number;
  /** Places one customer's order of one unit. It never rejects: the outcome reports every error. */
  readonly placeOrder: (sku: string, key: string) => Promise<OrderOutcome>;
  /** Sold units, as the server's own stock records count them. */
  readonly getSoldUnits: (sku: string) => Promise<number>;
  readonly stop: () => Promise<void>;
};

/** Starts a system with this stock, by SKU. */
export type StartSystem = (stock: Readonly<Record<string, number>>) => Promise<System>;
