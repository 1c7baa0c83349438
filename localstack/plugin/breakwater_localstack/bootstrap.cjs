'use strict';
// One execution environment of a Lambda function. It loads the handler, then reads invocations from a socket and writes their
// results to it, each as a line of JSON. node_process.py is the other end of the socket.
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const util = require('node:util');
const { pathToFileURL } = require('node:url');

const env = process.env;
const taskRoot = env.LAMBDA_TASK_ROOT;
const controlSocket = new net.Socket({ fd: Number(env.CONTROL_FD), readable: true, writable: true });
delete env.CONTROL_FD;

let requestId;
const sendMessage = (message) => controlSocket.write(`${JSON.stringify(message)}\n`);

/** Writes to the log. It is synchronous, so that all log lines of an invocation precede its end mark. */
function writeLine(line) {
  let remaining = Buffer.from(`${line}\n`);
  while (remaining.length > 0) {
    try {
      remaining = remaining.subarray(fs.writeSync(1, remaining));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

const withName = (name, error) => Object.assign(error, { name });

function toErrorPayload(error) {
  if (!(error?.name && error.message !== undefined && error.stack)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: error.stack.split('\n') };
}

function logError(title, error) {
  const { trace, ...rest } = toErrorPayload(error);
  writeLine(
    `${new Date().toISOString()}\t${requestId}\tERROR\t${title} \t${JSON.stringify({ ...rest, stack: trace })}`,
  );
}

// like the console of Lambda's Node.js runtime: each call writes one log event, as text or JSON
for (const level of ['trace', 'debug', 'info', 'warn', 'error']) {
  console[level] = (...args) => log(level.toUpperCase(), args);
}
console.log = console.info;

function log(level, args) {
  const timestamp = new Date().toISOString();
  if (env.AWS_LAMBDA_LOG_FORMAT === 'JSON') {
    const message = args.length === 1 && typeof args[0] === 'object' ? args[0] : util.format(...args);
    writeLine(JSON.stringify({ timestamp, level, requestId, message }));
  } else {
    writeLine(`${timestamp}\t${requestId}\t${level}\t${util.format(...args)}`.replaceAll('\n', '\r'));
  }
}

function isEsModule(file) {
  if (!file.endsWith('.js')) return file.endsWith('.mjs');
  const packageFile = path.join(taskRoot, 'package.json');
  return fs.existsSync(packageFile) && JSON.parse(fs.readFileSync(packageFile, 'utf8')).type === 'module';
}

async function loadHandler() {
  const [, stem, name] = /^(.*?)\.([^./]+)$/.exec(env._HANDLER) ?? [];
  if (!name) throw withName('Runtime.MalformedHandlerName', new Error('Bad handler'));
  const file = ['.js', '.mjs', '.cjs'].map((extension) => path.join(taskRoot, stem + extension)).find(fs.existsSync);
  if (!file) throw withName('Runtime.ImportModuleError', new Error(`Error: Cannot find module '${stem}'`));
  let handlerModule;
  try {
    handlerModule = isEsModule(file) ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw withName('Runtime.UserCodeSyntaxError', error);
    if (/MODULE_NOT_FOUND$/.test(error?.code)) throw withName('Runtime.ImportModuleError', error);
    throw error;
  }
  if (typeof handlerModule[name] === 'function') return handlerModule[name];
  throw withName('Runtime.HandlerNotFound', new Error(`${env._HANDLER} is undefined or not exported`));
}

const createContext = (message) => ({
  callbackWaitsForEmptyEventLoop: true,
  functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
  functionName: env.AWS_LAMBDA_FUNCTION_NAME,
  memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  invokedFunctionArn: message.arn,
  awsRequestId: message.id,
  getRemainingTimeInMillis: () => Math.max(message.deadline - Date.now(), 0),
});

async function invoke(handler, message) {
  requestId = message.id;
  if (message.trace) env._X_AMZN_TRACE_ID = message.trace;
  let response;
  try {
    // like Lambda's Node 24 runtime, this one has no callbacks: a handler returns its result or a promise of it
    const value = await handler(
      message.payload === '' ? undefined : JSON.parse(message.payload),
      createContext(message),
    );
    response = { type: 'result', ok: true, payload: JSON.stringify(value) ?? 'null' };
  } catch (error) {
    logError('Invoke Error', error);
    response = { type: 'result', ok: false, payload: JSON.stringify(toErrorPayload(error)) };
  }
  writeLine(`\x00END ${message.id}`);
  sendMessage(response);
}

for (const [event, title] of [
  ['uncaughtException', 'Uncaught Exception'],
  ['unhandledRejection', 'Unhandled Promise Rejection'],
]) {
  process.on(event, (error) => {
    logError(title, error);
    process.exit(1);
  });
}
// LocalStack has stopped, or was killed
for (const event of ['error', 'close']) controlSocket.on(event, () => process.exit(0));

async function main() {
  let handler;
  try {
    handler = await loadHandler();
  } catch (error) {
    logError('Init error', error);
    sendMessage({ type: 'initError', payload: JSON.stringify(toErrorPayload(error)) });
    return;
  }
  let partialLine = '';
  controlSocket.setEncoding('utf8');
  controlSocket.on('data', (chunk) => {
    const lines = (partialLine + chunk).split('\n');
    partialLine = lines.pop();
    for (const line of lines) invoke(handler, JSON.parse(line));
  });
  sendMessage({ type: 'ready' });
}

main();
