import { type HttpHandler, type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { type Caller, type Service, ServiceError } from './service.ts';

/** A call as AWS JSON puts it: `X-Amz-Target` is `<prefix>.<Operation>`, the body is JSON. */
export type Call = { readonly target: string | undefined; readonly body: string | Uint8Array | undefined };

/** The answer's status and its body, as text. */
export type Answer = { readonly status: number; readonly json: string };

const utf8 = new TextDecoder();

/** 501 is no status that the SDK retries. */
export const notSupported = (what: string) =>
  new ServiceError('NotSupportedByEmbeddedHost', `not supported by the embedded host: ${what}`, {}, 501);

const find = (services: readonly Service[], target: string) => {
  const at = target.indexOf('.');
  const operations = services.find((service) => service.target === target.slice(0, at))?.operations ?? {};
  const name = target.slice(at + 1);
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation) throw notSupported(target.replace(/_\d+\./, '.'));
  return operation;
};

const parse = (body: Call['body']): unknown => {
  if (!body?.length) return {};
  try {
    return JSON.parse(typeof body === 'string' ? body : utf8.decode(body));
  } catch {
    throw new ServiceError('SerializationException', 'the body is not JSON');
  }
};

/** Runs one call. What is no ServiceError is a defect of the host and is thrown on. */
export const dispatch = async (services: readonly Service[], call: Call, caller: Caller): Promise<Answer> => {
  try {
    const operation = find(services, call.target ?? '');
    return { status: 200, json: JSON.stringify((await operation(parse(call.body), caller)) ?? {}) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { name, message, fields, status } = error;
    return { status, json: JSON.stringify({ __type: name, message, ...fields }) };
  }
};

const aborted = (signal: AbortSignal) =>
  Object.assign(new Error('Request aborted', { cause: signal.reason }), { name: 'AbortError' });

/** Rejects as soon as the signal aborts; as on AWS, the call itself may have had its effect all the same. */
const unlessAborted = <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return work();
  if (signal.aborted) return Promise.reject(aborted(signal));
  return new Promise((resolve, reject) => {
    const abort = () => reject(aborted(signal));
    signal.addEventListener('abort', abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
};

/** What an AWS SDK client takes as its `requestHandler`, so that its calls stay within this process. */
export const requestHandler = (services: readonly Service[], caller: Caller): HttpHandler => ({
  metadata: { handlerProtocol: 'in-process' },
  handle: async (request: HttpRequest, { abortSignal } = {}) => {
    const call = { target: request.headers['x-amz-target'], body: request.body };
    const { status, json } = await unlessAborted(
      () => dispatch(services, call, caller),
      abortSignal as AbortSignal | undefined,
    );
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    return { response: new HttpResponse({ statusCode: status, headers, body: Buffer.from(json) }) };
  },
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
});
