const REQUEST_TIMEOUT_MS = 30_000;

type RequestOptions = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
};
type JsonResponse = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** Sends JSON and resolves to the JSON of any response, whatever its status. */
export const request = async (
  url: string,
  { method = 'POST', headers, body }: RequestOptions,
): Promise<JsonResponse> => {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
};
