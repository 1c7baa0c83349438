import { install } from './install.ts';
import { requireDocker } from './prerequisites.ts';
import { Complaint } from './run.ts';
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

const [name = ''] = process.argv.slice(2);
try {
  const command = commands[name];
  if (!command) throw new Complaint(`usage: node localstack/cli.ts ${Object.keys(commands).join(' | ')}`);
  await command();
} catch (error) {
  console.error(error instanceof Complaint ? error.message : error);
  process.exitCode = 1;
}
