/** The table had no capacity to answer in full. The caller may retry: it is marked like the SDK's own throttling errors. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
  readonly $retryable = { throttling: true };
}
