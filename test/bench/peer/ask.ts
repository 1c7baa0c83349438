const REQUEST_MS = 30_000;

type Asked = { readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: object };
export type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** A request with JSON both ways; whatever the status is. */
export const ask = async (url: string, { method = 'POST', headers, body }: Asked): Promise<Answer> => {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
};
