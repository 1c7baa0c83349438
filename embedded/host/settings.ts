import type { RandomSource } from '../aws/random.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Demo } from './seed.ts';

export type Settings = {
  readonly port: number;
  readonly demo: Demo;
  readonly operatorKey: string;
  /** The sender of mail by the embedded SES. By default a sink stores mail. */
  readonly mailFrom?: string;
  readonly logLevel: NonNullable<RuntimeOptions['logLevel']>;
};

/** An invalid setting, described in one line for the user. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT'] as const;
const API_KEY = /^bw_(?<tenantId>[a-z0-9]{1,64})_(?<secret>[A-Za-z0-9_-]{16,128})$/;
/** The characters of a bearer token (RFC 6750). */
const TOKEN = /^[\w.~+/-]{16,256}=*$/;

type Environment = Readonly<Record<string, string | undefined>>;

const readPort = ({ PORT = '8787' }: Environment): number => {
  const port = Number(PORT);
  if (/^\d+$/.test(PORT) && port < 65_536) return port;
  throw new SettingsError(`PORT must be a port number, not ${PORT}`);
};

const readDemo = ({ DEMO_API_KEY }: Environment, randomText: (bytes: number) => string): Demo => {
  if (DEMO_API_KEY === undefined) return { tenantId: 'demo', secret: randomText(24) };
  const { tenantId, secret } = API_KEY.exec(DEMO_API_KEY)?.groups ?? {};
  if (tenantId && secret) return { tenantId, secret };
  throw new SettingsError(
    'DEMO_API_KEY must be bw_<tenant>_<secret>: a tenant of a-z and 0-9, a secret of 16 to 128 characters of A-Z, a-z, 0-9, - and _',
  );
};

const readOperatorKey = ({ OPERATOR_KEY }: Environment, randomText: (bytes: number) => string): string => {
  if (OPERATOR_KEY === undefined) return `op_${randomText(24)}`;
  if (TOKEN.test(OPERATOR_KEY)) return OPERATOR_KEY;
  throw new SettingsError('OPERATOR_KEY must have 16 to 256 characters of A-Z, a-z, 0-9, -, _, ., ~, + and /');
};

const readLogLevel = ({ LOG_LEVEL = 'WARN' }: Environment): Settings['logLevel'] => {
  const level = LOG_LEVELS.find((known) => known === LOG_LEVEL.toUpperCase());
  if (level) return level;
  throw new SettingsError(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`);
};

const readMailFrom = ({ MAIL_FROM }: Environment): Pick<Settings, 'mailFrom'> => {
  if (MAIL_FROM === undefined) return {};
  if (/^[^@\s]+@[^@\s]+$/.test(MAIL_FROM)) return { mailFrom: MAIL_FROM };
  throw new SettingsError(`MAIL_FROM must be an address, such as shop@example.com, not ${MAIL_FROM}`);
};

/** `npm start -- --port 9000` would otherwise listen on another port than the user expects. */
export const refuseArguments = ([argument]: readonly string[]): void => {
  if (argument !== undefined)
    throw new SettingsError(
      `npm start takes no arguments, such as ${argument}: set the variables PORT, DEMO_API_KEY, OPERATOR_KEY, MAIL_FROM and LOG_LEVEL instead`,
    );
};

/** Reads the settings of `npm start` and generates the keys that are not set. */
export const readSettings = (environment: Environment, random: RandomSource): Settings => {
  const randomText = (bytes: number) => Buffer.from(random.nextBytes(bytes)).toString('base64url');
  return {
    port: readPort(environment),
    demo: readDemo(environment, randomText),
    operatorKey: readOperatorKey(environment, randomText),
    ...readMailFrom(environment),
    logLevel: readLogLevel(environment),
  };
};
