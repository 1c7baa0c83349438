import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { REGION } from '../aws/arns.ts';
import type { RandomSource } from '../aws/random.ts';
import type { Credential } from '../aws/signature.ts';

const ROOT = join(import.meta.dirname, '../..');
const OWNER_ONLY_DIRECTORY = 0o700;
const OWNER_ONLY_FILE = 0o600;

/** Creates the credential of one AWS endpoint. The id's prefix is none of AWS, so that nobody takes it for an account's. */
export const createCredential = (random: RandomSource): Credential => ({
  accessKeyId: `BREAKWATER${Buffer.from(random.nextBytes(5)).toString('hex').toUpperCase()}`,
  secretAccessKey: Buffer.from(random.nextBytes(30)).toString('base64url'),
});

type Endpoint = { readonly origin: string; readonly credential: Credential };

/** AWS CLI 1 reads `AWS_DEFAULT_REGION` only. A profile or a session token of the shell would take precedence, or break the signature. */
const toShellScript = (
  path: string,
  { origin, credential }: Endpoint,
) => `# The AWS endpoint of npm start on ${origin}, as long as that process runs. In a shell: . ${path}
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_SECURITY_TOKEN
export AWS_ENDPOINT_URL=${origin}
export AWS_ACCESS_KEY_ID=${credential.accessKeyId}
export AWS_SECRET_ACCESS_KEY=${credential.secretAccessKey}
export AWS_REGION=${REGION}
export AWS_DEFAULT_REGION=${REGION}
export BREAKWATER_URL=${origin}
export STAGE=dev
`;

export type CredentialFile = {
  /** From the project's folder. */
  readonly path: string;
  /** Removes the file, unless another host has replaced it. */
  readonly remove: () => void;
};

/**
 * Writes the variables with which AWS clients reach the endpoint into a file that only its user may read: `<port>.env`. It replaces
 * the file that an earlier process left on this port.
 */
export const writeCredentialFile = (
  endpoint: Endpoint,
  directory: string = join(ROOT, '.breakwater'),
): CredentialFile => {
  const file = join(directory, `${new URL(endpoint.origin).port}.env`);
  const path = relative(ROOT, file);
  const script = toShellScript(path, endpoint);
  mkdirSync(directory, { recursive: true, mode: OWNER_ONLY_DIRECTORY });
  chmodSync(directory, OWNER_ONLY_DIRECTORY);
  // an old file keeps its mode when it is written again, and may be a link
  rmSync(file, { force: true });
  writeFileSync(file, script, { flag: 'wx', mode: OWNER_ONLY_FILE });
  const isOurs = () => {
    try {
      return readFileSync(file, 'utf8') === script;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  };
  return {
    path,
    remove() {
      if (isOurs()) rmSync(file, { force: true });
    },
  };
};
