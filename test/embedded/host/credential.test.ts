import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSystemRandom } from '../../../embedded/aws/random.ts';
import { createCredential, writeCredentialFile } from '../../../embedded/host/credential.ts';

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'breakwater-credential-'));
  directory = join(parent, 'files');
});
afterEach(() => rmSync(parent, { recursive: true }));

const endpoint = (port: number) => ({
  origin: `http://127.0.0.1:${port}`,
  credential: createCredential(createSystemRandom()),
});
const modeOf = (path: string) => statSync(path).mode & 0o777;

it('creates a new credential each time, of characters that a shell takes as they are', () => {
  const created = Array.from({ length: 20 }, () => createCredential(createSystemRandom()));
  expect(new Set(created.map(({ secretAccessKey }) => secretAccessKey)).size).toBe(20);
  for (const { accessKeyId, secretAccessKey } of created) {
    expect(accessKeyId).toMatch(/^[A-Z0-9]{20}$/);
    expect(secretAccessKey).toMatch(/^[\w-]{40}$/);
  }
});

it('writes one file for each port, which only its user may read', () => {
  const umask = process.umask(0);
  try {
    for (const port of [8787, 50_000]) writeCredentialFile(endpoint(port), directory);
  } finally {
    process.umask(umask);
  }
  expect(modeOf(directory)).toBe(0o700);
  for (const name of ['8787.env', '50000.env']) expect(modeOf(join(directory, name))).toBe(0o600);
});

it('narrows a folder that others may read, and replaces the file of a host that crashed', () => {
  mkdirSync(directory, { mode: 0o755 });
  chmodSync(directory, 0o755);
  const file = join(directory, '8787.env');
  writeFileSync(file, 'old', { mode: 0o644 });
  const { credential, origin } = endpoint(8787);
  writeCredentialFile({ credential, origin }, directory);
  expect([modeOf(directory), modeOf(file)]).toEqual([0o700, 0o600]);
  expect(readFileSync(file, 'utf8')).toContain(credential.secretAccessKey);
});

it('does not write through a link', () => {
  const target = join(parent, 'target');
  writeFileSync(target, 'unchanged');
  mkdirSync(directory);
  symlinkSync(target, join(directory, '8787.env'));
  writeCredentialFile(endpoint(8787), directory);
  expect(readFileSync(target, 'utf8')).toBe('unchanged');
});

it('removes its own file only', () => {
  const file = join(directory, '8787.env');
  const first = writeCredentialFile(endpoint(8787), directory);
  const second = writeCredentialFile(endpoint(8787), directory);
  first.remove();
  expect(existsSync(file)).toBe(true);
  second.remove();
  second.remove();
  expect(existsSync(file)).toBe(false);
});

it('sets what AWS clients read, and unsets what would take precedence', () => {
  const { credential, origin } = endpoint(8787);
  writeCredentialFile({ credential, origin }, directory);
  const environment = { PATH: process.env['PATH'], AWS_PROFILE: 'other', AWS_SESSION_TOKEN: 'other' };
  const command = `. ${join(directory, '8787.env')}; env`;
  const lines = spawnSync('sh', ['-euc', command], { env: environment }).stdout.toString().split('\n');
  expect(lines.filter((line) => /^(AWS_|BREAKWATER_URL|STAGE)/.test(line)).sort()).toEqual(
    [
      `AWS_ACCESS_KEY_ID=${credential.accessKeyId}`,
      'AWS_DEFAULT_REGION=us-east-1',
      `AWS_ENDPOINT_URL=${origin}`,
      'AWS_REGION=us-east-1',
      `AWS_SECRET_ACCESS_KEY=${credential.secretAccessKey}`,
      `BREAKWATER_URL=${origin}`,
      'STAGE=dev',
    ].sort(),
  );
});
