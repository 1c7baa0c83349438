import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { FunctionError, timeoutError } from '../../embedded/aws/lambda/function-error.ts';

const HOSTNAME = '127.0.0.1';
const RUNTIME_API = '/2018-06-01/runtime';
/** The end of a process's output that an error repeats. */
const MAX_OUTPUT_CHARACTERS = 4_000;

export type LambdaProcessOptions = {
  /** The module of AWS's runtime client. */
  readonly runtimeClient: string;
  readonly functionArn: string;
  /** The folder of the function's bundle. */
  readonly taskRoot: string;
  readonly handler: string;
  readonly timeoutMs: number;
  /** All variables of the process, except those of the runtime API. */
  readonly environment: Readonly<Record<string, string>>;
};

export type LambdaProcess = {
  /** Returns what the function returned, or throws a FunctionError. Invocations wait for each other. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly stop: () => Promise<void>;
};

type Invocation = {
  readonly requestId: string;
  readonly event: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
};

type ReportedError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
};

const toFunctionError = (body: string): FunctionError => {
  const { errorType, errorMessage, trace = [] } = JSON.parse(body) as ReportedError;
  return new FunctionError(errorType, errorMessage, trace);
};

const respond = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Hands the invocations of one function to its process, one at a time, as Lambda's runtime API does. */
const createRuntimeApi = ({ functionArn, timeoutMs }: LambdaProcessOptions) => {
  const waiting: Invocation[] = [];
  const started = new Map<string, Invocation>();
  let poll: ServerResponse | undefined;
  let failure: Error | undefined;

  /** Fails the invocations of now and of later: there is no process for them any more. */
  const fail = (error: Error) => {
    failure ??= error;
    for (const { reject } of [...started.values(), ...waiting.splice(0)]) reject(failure);
    started.clear();
  };

  const startNext = () => {
    const invocation = poll && waiting.shift();
    if (!poll || !invocation) return;
    const { requestId, event } = invocation;
    started.set(requestId, invocation);
    poll.setHeader('lambda-runtime-aws-request-id', requestId);
    poll.setHeader('lambda-runtime-deadline-ms', `${Date.now() + timeoutMs}`);
    poll.setHeader('lambda-runtime-invoked-function-arn', functionArn);
    respond(poll, 200, event);
    poll = undefined;
    const timer = setTimeout(() => {
      if (started.has(requestId)) fail(timeoutError(requestId, timeoutMs));
    }, timeoutMs);
    timer.unref();
  };

  const finish = (requestId: string, settle: (invocation: Invocation) => void): boolean => {
    const invocation = started.get(requestId);
    if (!invocation) return false;
    started.delete(requestId);
    settle(invocation);
    return true;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.startsWith(RUNTIME_API) ? request.url.slice(RUNTIME_API.length) : '';
    if (request.method === 'GET' && path === '/invocation/next') {
      poll = response;
      return startNext();
    }
    const body = await text(request);
    const [, requestId = '', outcome] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const isKnown =
      outcome === 'response'
        ? finish(requestId, ({ resolve }) => resolve(JSON.parse(body)))
        : outcome === 'error' && finish(requestId, ({ reject }) => reject(toFunctionError(body)));
    if (path === '/init/error') fail(toFunctionError(body));
    else if (!isKnown) return respond(response, 400, { errorType: 'InvalidRequestID', errorMessage: path });
    return respond(response, 202, { status: 'OK' });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      fail(error);
      response.destroy();
    });
  });
  // the client polls for as long as there is nothing to do
  server.keepAliveTimeout = 0;

  return {
    server,
    fail,
    invoke: (event: unknown) =>
      new Promise<unknown>((resolve, reject) => {
        if (failure) return reject(failure);
        waiting.push({ requestId: randomUUID(), event, resolve, reject });
        startNext();
      }),
  };
};

const keepOutput = (child: ChildProcess) => {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-MAX_OUTPUT_CHARACTERS);
    });
  return () => output;
};

/** Starts AWS's runtime client with one function's bundle in a process of its own. */
export const startLambdaProcess = async (options: LambdaProcessOptions): Promise<LambdaProcess> => {
  const { runtimeClient, taskRoot, handler, environment } = options;
  const { server, fail, invoke } = createRuntimeApi(options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOSTNAME, resolve);
  });
  const child = spawn(process.execPath, [runtimeClient, handler], {
    cwd: taskRoot,
    env: {
      ...environment,
      AWS_LAMBDA_RUNTIME_API: `${HOSTNAME}:${(server.address() as AddressInfo).port}`,
      LAMBDA_TASK_ROOT: taskRoot,
      _HANDLER: handler,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = keepOutput(child);
  let isStopping = false;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      fail(error);
      resolve();
    });
    child.once('close', (code, signal) => {
      // nobody waits any more for what a stopped process has not answered
      if (!isStopping) fail(new Error(`the process ended with ${code ?? signal}: ${output()}`));
      resolve();
    });
  });
  return {
    invoke,
    async stop() {
      isStopping = true;
      child.kill('SIGKILL');
      await ended;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
