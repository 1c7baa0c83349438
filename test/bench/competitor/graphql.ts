import { request } from './request.ts';

export type GraphqlResult = {
  readonly data: Readonly<Record<string, unknown>>;
  /** The token of the session to which the response belongs. */
  readonly token: string | undefined;
};
export type GraphqlClient = (query: string, variables?: object, token?: string) => Promise<GraphqlResult>;

type GraphqlBody = {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string }[];
};

/** A client of one of Vendure's APIs. Calls with a token belong to its session. Errors of the server are thrown. */
export const createGraphqlClient =
  (url: string): GraphqlClient =>
  async (query, variables, token) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await request(url, { headers, body: { query, variables } });
    const { data, errors } = response.body as GraphqlBody;
    if (errors?.[0] || !data) throw new Error(errors?.[0]?.message ?? `answered ${response.status}`);
    return { data, token: response.headers.get('vendure-auth-token') ?? token };
  };
