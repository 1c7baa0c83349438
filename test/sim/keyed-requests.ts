import type { ClientResponse, SendRequest } from './client.ts';

/** A request under an Idempotency-Key. Requests of one scope share their keys. */
export type KeyedRequest = {
  readonly scope: string;
  readonly key: string;
  readonly target: string;
  readonly bearer: string;
  readonly body: unknown;
  /** The body as it is sent, where that is another notation of `body`. */
  readonly notation?: unknown;
};
type Created = { readonly id: string };
/** What the answers under one key have shown. */
type Effect = { readonly id: string; readonly request: string; isFirstAnswered: boolean };

type Options = {
  readonly send: SendRequest;
  readonly report: (invariant: number, message: string) => void;
};

/**
 * Sends requests under keys, and compares all answers under one key: they must show one effect of one request (invariant 16). `forget`
 * drops what answers have shown until now.
 */
export const createKeyedSender = ({ send, report }: Options) => {
  const effects = new Map<string, Effect>();

  const checkRefusal = (name: string, request: string, { status, body, headers }: ClientResponse<unknown>) => {
    if (headers['idempotent-replayed'] !== undefined) report(16, `${name}: a refusal says that it is a replay`);
    const { code } = body as { readonly code?: string };
    if (status === 409 && code === 'key_reused' && effects.get(name)?.request === request)
      report(16, `${name}: the request that had the effect was refused as another one`);
  };
  const checkEffect = (name: string, request: string, { body, headers }: ClientResponse<Created>) => {
    const isReplay = headers['idempotent-replayed'] === 'true';
    const known = effects.get(name);
    if (!known) {
      effects.set(name, { id: body.id, request, isFirstAnswered: !isReplay });
      return;
    }
    if (known.id !== body.id) report(16, `${name} created ${known.id} and ${body.id}`);
    if (known.request !== request) report(16, `${name} was accepted for ${known.request} and for ${request}`);
    if (!isReplay && known.isFirstAnswered) report(16, `${name} was answered twice as if it had been used once`);
    known.isFirstAnswered ||= !isReplay;
  };

  const sendKeyed = async <T extends Created>(keyed: KeyedRequest): Promise<ClientResponse<T>> => {
    const { scope, key, target, bearer, body, notation = body } = keyed;
    const headers: [string, string][] = [['idempotency-key', key]];
    const response = await send<T>('POST', target, { bearer, body: notation, headers });
    const [name, request] = [`${scope} ${key}`, `${target} ${JSON.stringify(body)}`];
    if (response.status >= 500) return response;
    if (response.status >= 300) checkRefusal(name, request, response);
    else checkEffect(name, request, response);
    return response;
  };
  return Object.assign(sendKeyed, { forget: () => effects.clear() });
};
