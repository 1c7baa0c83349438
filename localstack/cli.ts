// The entry point of `npm run localstack:install`, `localstack:start` and `localstack:stop`.
import { install } from './install.ts';
import { requireDocker } from './prerequisites.ts';
import { UserError } from './run-command.ts';
import { start, stop } from './server.ts';
import { docker, endpoint } from './settings.ts';

const commands: Readonly<Record<string, () => Promise<void>>> = {
  install,
  start: async () => {
    await (docker ? requireDocker() : install());
    await start();
    console.log(`LocalStack answers on ${endpoint}`);
  },
  stop,
};

const [commandName = ''] = process.argv.slice(2);
try {
  const command = commands[commandName];
  if (!command) throw new UserError(`usage: node localstack/cli.ts ${Object.keys(commands).join(' | ')}`);
  await command();
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
}
