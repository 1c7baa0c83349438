/**
 * Errors that ASL definitions name. The name is set by hand: minifying mangles the names of classes.
 *
 * `Superseded`: the order has moved on, or its tombstone stands; whoever moved it has published what follows.
 */
export type SagaError =
  | 'StockUnavailable'
  | 'PaymentDeclined'
  | 'PaymentUnavailable'
  | 'PaymentUnknown'
  | 'SettlementRefused'
  | 'HoldCommitted'
  | 'Superseded';

export class SagaRefusal extends Error {
  constructor(name: SagaError, message: string) {
    super(message);
    this.name = name;
  }
}

/** The table had no capacity to answer in full: worth another try by whoever asked. Marked as the SDK marks its own. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
  readonly $retryable = { throttling: true };
}
