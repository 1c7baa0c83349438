'use strict';
// One execution environment of a Lambda function: loads the handler, then takes invocations, a line of JSON each, and
// answers in kind. node_process.py is the other side.
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const util = require('node:util');
const { pathToFileURL } = require('node:url');

const env = process.env;
const root = env.LAMBDA_TASK_ROOT;
const control = new net.Socket({ fd: Number(env.CONTROL_FD), readable: true, writable: true });
delete env.CONTROL_FD;

let requestId;
const send = (message) => control.write(`${JSON.stringify(message)}\n`);

/** Synchronous, so that all that an invocation logs precedes its end mark. */
function write(line) {
  let bytes = Buffer.from(`${line}\n`);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

const named = (name, error) => Object.assign(error, { name });

function describe(error) {
  if (!(error?.name && error.message !== undefined && error.stack)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return { errorType: error.name, errorMessage: error.message, trace: error.stack.split('\n') };
}

function logError(what, error) {
  const { trace, ...rest } = describe(error);
  write(`${new Date().toISOString()}\t${requestId}\tERROR\t${what} \t${JSON.stringify({ ...rest, stack: trace })}`);
}

// the console of the Node.js runtime: one log event for each call, in text or JSON
for (const level of ['trace', 'debug', 'info', 'warn', 'error']) {
  console[level] = (...args) => log(level.toUpperCase(), args);
}
console.log = console.info;

function log(level, args) {
  const timestamp = new Date().toISOString();
  if (env.AWS_LAMBDA_LOG_FORMAT === 'JSON') {
    const message = args.length === 1 && typeof args[0] === 'object' ? args[0] : util.format(...args);
    write(JSON.stringify({ timestamp, level, requestId, message }));
  } else {
    write(`${timestamp}\t${requestId}\t${level}\t${util.format(...args)}`.replaceAll('\n', '\r'));
  }
}

function isModule(file) {
  if (!file.endsWith('.js')) return file.endsWith('.mjs');
  const manifest = path.join(root, 'package.json');
  return fs.existsSync(manifest) && JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module';
}

async function loadHandler() {
  const [, stem, name] = /^(.*?)\.([^./]+)$/.exec(env._HANDLER) ?? [];
  if (!name) throw named('Runtime.MalformedHandlerName', new Error('Bad handler'));
  const file = ['.js', '.mjs', '.cjs'].map((ending) => path.join(root, stem + ending)).find(fs.existsSync);
  if (!file) throw named('Runtime.ImportModuleError', new Error(`Error: Cannot find module '${stem}'`));
  let loaded;
  try {
    loaded = isModule(file) ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', error);
    if (/MODULE_NOT_FOUND$/.test(error?.code)) throw named('Runtime.ImportModuleError', error);
    throw error;
  }
  if (typeof loaded[name] === 'function') return loaded[name];
  throw named('Runtime.HandlerNotFound', new Error(`${env._HANDLER} is undefined or not exported`));
}

const contextOf = (message) => ({
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
  let answer;
  try {
    // Node 24 of Lambda has no callbacks either: a handler returns its answer or a promise of it
    const value = await handler(message.payload === '' ? undefined : JSON.parse(message.payload), contextOf(message));
    answer = { type: 'result', ok: true, payload: JSON.stringify(value) ?? 'null' };
  } catch (error) {
    logError('Invoke Error', error);
    answer = { type: 'result', ok: false, payload: JSON.stringify(describe(error)) };
  }
  write(`\x00END ${message.id}`);
  send(answer);
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
// LocalStack has gone, be it without a word
for (const event of ['error', 'close']) control.on(event, () => process.exit(0));

async function main() {
  let handler;
  try {
    handler = await loadHandler();
  } catch (error) {
    logError('Init error', error);
    send({ type: 'initError', payload: JSON.stringify(describe(error)) });
    return;
  }
  let pending = '';
  control.setEncoding('utf8');
  control.on('data', (chunk) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop();
    for (const line of lines) invoke(handler, JSON.parse(line));
  });
  send({ type: 'ready' });
}

main();
