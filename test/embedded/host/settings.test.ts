import { expect, it } from 'vitest';
import { createSystemRandom } from '../../../embedded/aws/random.ts';
import { toApiKey } from '../../../embedded/host/seed.ts';
import { readSettings, SettingsError } from '../../../embedded/host/settings.ts';

const read = (environment: Record<string, string>) => readSettings(environment, createSystemRandom());

it('generates the keys that are not set, new ones each time', () => {
  const [one, two] = [read({}), read({})];
  expect(one).toMatchObject({ port: 8787, logLevel: 'WARN', demo: { tenantId: 'demo' } });
  expect(toApiKey(one.demo)).toMatch(/^bw_demo_[\w-]{32}$/);
  expect([one.demo.secret, one.operatorKey]).not.toEqual([two.demo.secret, two.operatorKey]);
});

it('uses the settings of the environment', () => {
  const key = 'bw_acme_0123456789abcdef-_';
  const settings = read({ PORT: '0', DEMO_API_KEY: key, OPERATOR_KEY: 'operator-0123456', LOG_LEVEL: 'debug' });
  expect(settings).toMatchObject({ port: 0, operatorKey: 'operator-0123456', logLevel: 'DEBUG' });
  expect(toApiKey(settings.demo)).toBe(key);
});

it('stores mail, unless it has a sender', () => {
  expect(read({}).mailFrom).toBeUndefined();
  expect(read({ MAIL_FROM: 'shop@example.com' }).mailFrom).toBe('shop@example.com');
});

it.each([
  ['PORT', '80 80'],
  ['PORT', '65536'],
  ['PORT', ''],
  ['DEMO_API_KEY', 'secret'],
  ['DEMO_API_KEY', 'bw_acme_short'],
  ['DEMO_API_KEY', 'bw_ac_me_0123456789abcdef!'],
  ['DEMO_API_KEY', ''],
  ['OPERATOR_KEY', 'short'],
  ['OPERATOR_KEY', 'with spaces in it all'],
  ['LOG_LEVEL', 'LOUD'],
  ['MAIL_FROM', 'shop'],
  ['MAIL_FROM', ''],
])('rejects %s=%s in one line that names it', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(SettingsError);
  expect(() => read({ [name]: value })).toThrow(new RegExp(`^${name} [^\\n]*$`));
});
