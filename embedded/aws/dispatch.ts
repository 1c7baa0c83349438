import { type HttpHandler, type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { type Caller, type Service, ServiceError } from './service.ts';

/** A call in the AWS JSON protocol: `X-Amz-Target` is `<prefix>.<Operation>`, the body is JSON. */
export type AwsCall = { readonly target: string | undefined; readonly body: string | Uint8Array | undefined };

/** The status of the response and its body, as JSON text. */
export type AwsResponse = { readonly status: number; readonly json: string };

const utf8 = new TextDecoder();

/** The status is 501, because the SDK does not retry it. */
export const notSupported = (feature: string) =>
  new ServiceError('NotSupported', `not supported: ${feature}`, { status: 501 });

const findOperation = (services: readonly Service[], target: string) => {
  const dot = target.indexOf('.');
  const operations = services.find((service) => service.targetPrefix === target.slice(0, dot))?.operations ?? {};
  const name = target.slice(dot + 1);
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (!operation) throw notSupported(target.replace(/_\d+\./, '.'));
  return operation;
};

const parseBody = (body: AwsCall['body']): unknown => {
  if (!body?.length) return {};
  try {
    const input: unknown = JSON.parse(typeof body === 'string' ? body : utf8.decode(body));
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  } catch {
    // the same error as for another value than an object
  }
  throw new ServiceError('SerializationException', 'The body is not a JSON object.');
};

/** Runs one call. An error that is not a ServiceError is a defect of the emulator and is thrown, not returned. */
export const dispatch = async (services: readonly Service[], call: AwsCall, caller: Caller): Promise<AwsResponse> => {
  try {
    const operation = findOperation(services, call.target ?? '');
    return { status: 200, json: JSON.stringify((await operation(parseBody(call.body), caller)) ?? {}) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { name, message, fields, status } = error;
    return { status, json: JSON.stringify({ __type: name, message, ...fields }) };
  }
};

const abortError = (signal: AbortSignal) =>
  Object.assign(new Error('Request aborted', { cause: signal.reason }), { name: 'AbortError' });

/** Rejects as soon as the signal aborts. The call itself may take effect all the same, as on AWS. */
const rejectOnAbort = <T>(run: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return run();
  if (signal.aborted) return Promise.reject(abortError(signal));
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(signal));
    signal.addEventListener('abort', abort, { once: true });
    run()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
};

/** The target of a request that has none, by its method and path. */
const findTarget = (services: readonly Service[], { method, path }: HttpRequest): string | undefined => {
  for (const { targetPrefix, paths = {} } of services) {
    const operation = paths[`${method} ${path}`];
    if (operation !== undefined) return `${targetPrefix}.${operation}`;
  }
  return undefined;
};

/** Creates the `requestHandler` of an AWS SDK client whose calls stay within this process. */
export const createRequestHandler = (services: readonly Service[], caller: Caller): HttpHandler => ({
  metadata: { handlerProtocol: 'in-process' },
  handle: async (request: HttpRequest, { abortSignal } = {}) => {
    const target = request.headers['x-amz-target'] ?? findTarget(services, request);
    const call = { target, body: request.body };
    const { status, json } = await rejectOnAbort(
      () => dispatch(services, call, caller),
      abortSignal as AbortSignal | undefined,
    );
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    return { response: new HttpResponse({ statusCode: status, headers, body: Buffer.from(json) }) };
  },
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
});
