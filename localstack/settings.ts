import { fileURLToPath } from 'node:url';

export const project = fileURLToPath(new URL('..', import.meta.url));
/** The folder of everything that is installed or written. */
export const home = `${project}.localstack`;
/** What LocalStack uses as the root of its file system. */
export const filesystem = `${home}/fs`;
export const libraries = `${filesystem}/var/lib/localstack/lib`;
export const python = `${home}/venv/bin/python`;
export const log = `${home}/localstack.log`;
export const pidFile = `${home}/pid`;

export const host = '127.0.0.1';
export const port = Number(process.env['LOCALSTACK_PORT'] ?? 4566);
export const endpoint = `http://${host}:${port}`;
export const account = '000000000000';
export const region = 'us-east-1';
/** Whether to run LocalStack's own image instead of an installation. This needs a Docker engine. */
export const docker = process.env['LOCALSTACK'] === 'docker';
export const image = 'localstack/localstack:4.14.0';

/** The environment of a LocalStack without a Docker engine. */
export const serverEnvironment = {
  FILESYSTEM_ROOT: filesystem,
  OVERRIDE_IN_DOCKER: '0',
  TMPDIR: `${filesystem}/tmp`,
  GATEWAY_LISTEN: `${host}:${port}`,
  LOCALSTACK_HOST: `${host}:${port}`,
  SQS_ENDPOINT_STRATEGY: 'path',
  DNS_ADDRESS: '0',
  SKIP_SSL_CERT_DOWNLOAD: '1',
  DISABLE_EVENTS: '1',
  // otherwise LocalStack answers OPTIONS itself, before the API
  DISABLE_PREFLIGHT_PROCESSING: '1',
  USE_SSL: '0',
  PYTHONWARNINGS: 'ignore',
  LAMBDA_RUNTIME_EXECUTOR: 'process',
  LAMBDA_PROCESS_NODE: process.execPath,
  LAMBDA_KEEPALIVE_MS: '60000',
  LAMBDA_RETRY_BASE_DELAY: '1',
  // each saga of an order waits for the stream and for a queue; by default, LocalStack polls these only every 1 to 10 seconds
  LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC: '0.1',
  LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC: '0.5',
  // by default, a function that was killed is invoked again only after up to a minute
  LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_ERROR_SEC: '2',
  SQS_DISABLE_CLOUDWATCH_METRICS: '1',
  PROVIDER_OVERRIDE_DYNAMODB: 'v2',
  PROVIDER_OVERRIDE_DYNAMODBSTREAMS: 'v2',
  DYNAMODB_IN_MEMORY: '1',
};

/** Makes AWS clients in other processes use LocalStack, and never a real account. */
export const clientEnvironment = {
  AWS_ENDPOINT_URL: endpoint,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_DEFAULT_ACCOUNT: account,
  CDK_DEFAULT_REGION: region,
  CDK_DISABLE_CLI_TELEMETRY: 'true',
};

/** The same for clients in this process. */
export const clientOptions = {
  endpoint,
  region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
