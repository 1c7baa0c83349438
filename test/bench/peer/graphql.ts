import { ask } from './ask.ts';

export type Told = {
  readonly data: Readonly<Record<string, unknown>>;
  /** The session that the answer belongs to. */
  readonly token: string | undefined;
};
export type Graphql = (query: string, variables?: object, token?: string) => Promise<Told>;

type Body = {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string }[];
};

/** Asks one of Vendure's APIs, within a session once there is a token. An error of the server's is thrown. */
export const graphql =
  (url: string): Graphql =>
  async (query, variables, token) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { status, headers: answered, body } = await ask(url, { headers, body: { query, variables } });
    const { data, errors } = body as Body;
    if (errors?.[0] || !data) throw new Error(errors?.[0]?.message ?? `answered ${status}`);
    return { data, token: answered.get('vendure-auth-token') ?? token };
  };
