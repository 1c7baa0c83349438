import type { Surroundings } from './lambda/runtime.ts';
import type { Random } from './random.ts';
import type { Demo } from './seed.ts';

export type Settings = {
  readonly port: number;
  readonly demo: Demo;
  readonly operatorKey: string;
  readonly logLevel: NonNullable<Surroundings['logLevel']>;
};

/** What is wrong with the environment, in one line for whoever set it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT'] as const;
const API_KEY = /^bw_(?<tenantId>[a-z0-9]{1,64})_(?<secret>[A-Za-z0-9_-]{16,128})$/;
/** What a bearer token may consist of (RFC 6750). */
const TOKEN = /^[\w.~+/-]{16,256}=*$/;

type Environment = Readonly<Record<string, string | undefined>>;

const portOf = ({ PORT = '8787' }: Environment): number => {
  const port = Number(PORT);
  if (/^\d+$/.test(PORT) && port < 65_536) return port;
  throw new SettingsError(`PORT is no port: ${PORT}`);
};

const demoOf = ({ DEMO_API_KEY }: Environment, text: (bytes: number) => string): Demo => {
  if (DEMO_API_KEY === undefined) return { tenantId: 'demo', secret: text(24) };
  const { tenantId, secret } = API_KEY.exec(DEMO_API_KEY)?.groups ?? {};
  if (tenantId && secret) return { tenantId, secret };
  throw new SettingsError(
    'DEMO_API_KEY must be bw_<tenant>_<secret>: a tenant of a-z and 0-9, a secret of 16 to 128 of A-Z, a-z, 0-9, - and _',
  );
};

const operatorKeyOf = ({ OPERATOR_KEY }: Environment, text: (bytes: number) => string): string => {
  if (OPERATOR_KEY === undefined) return `op_${text(24)}`;
  if (TOKEN.test(OPERATOR_KEY)) return OPERATOR_KEY;
  throw new SettingsError('OPERATOR_KEY must have 16 to 256 of A-Z, a-z, 0-9, -, _, ., ~, + and /');
};

const logLevelOf = ({ LOG_LEVEL = 'WARN' }: Environment): Settings['logLevel'] => {
  const level = LOG_LEVELS.find((one) => one === LOG_LEVEL.toUpperCase());
  if (level) return level;
  throw new SettingsError(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`);
};

/** Reads the settings of `npm start`; keys that nobody set are made up. */
export const settingsOf = (environment: Environment, random: Random): Settings => {
  const text = (bytes: number) => Buffer.from(random.bytes(bytes)).toString('base64url');
  return {
    port: portOf(environment),
    demo: demoOf(environment, text),
    operatorKey: operatorKeyOf(environment, text),
    logLevel: logLevelOf(environment),
  };
};
