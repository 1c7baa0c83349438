/** How an order of one unit ended, as its customer saw it. */
export type Ended = {
  /** A refusal is an answer (no stock, say); a failure is a server's error or no answer in time. */
  readonly as: 'settled' | 'refused' | 'failed';
  /** What a refusal or a failure said, in few words. */
  readonly why?: string;
  /** Of the last call that writes: addPaymentToOrder, or POST /v1/orders. */
  readonly lastCallMs: number;
  /** From the first call until the customer knows how the order ended. */
  readonly wholeMs: number;
};

/** A server in a process of its own, with products in stock. */
export type Side = {
  readonly pid: number;
  /** One customer's whole order of one unit; whatever goes wrong is told by the result. */
  readonly order: (sku: string, key: string) => Promise<Ended>;
  /** Units that the server's own account of stock says are sold. */
  readonly taken: (sku: string) => Promise<number>;
  readonly stop: () => Promise<void>;
};

/** Starts a side with so many units in stock by SKU. */
export type Start = (stock: Readonly<Record<string, number>>) => Promise<Side>;
