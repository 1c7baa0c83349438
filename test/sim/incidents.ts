import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type IncidentName, type IncidentResult, incidentNames } from './incidents/incident.ts';
import { playAll } from './incidents/play-all.ts';
import { playReal } from './incidents/real.ts';
import { pageText, tableText } from './incidents/report.ts';

const USAGE = `npm run incidents -- [--only NAMES] [--load N] [--json] [--write | --baseline]
npm run incidents -- --real [--only NAMES] [--load N] [--json] [--port N]

Stages incidents and prints what became of the orders: in virtual time, or with --real at the clock of embedded hosts.
  --only      comma-separated, of ${incidentNames.join(', ')}
  --load      multiplies the orders per minute (1)
  --json      prints JSON instead of a table
  --write     writes docs/incidents.md, too
  --baseline  stores the figures as those of before (npm run fix formats the file)
  --port      the first host's port, each further host has the next one (8845)`;

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/incidents.md');
const BASELINE = join(import.meta.dirname, 'incidents/baseline.json');
const DEFAULT_PORT = 8_845;

const parseWholeNumber = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new Error(`--${name} takes a whole number from 1, not "${text}"\n\n${USAGE}`);
};

const parseNames = (text: string | undefined): readonly IncidentName[] =>
  (text?.split(',') ?? incidentNames).map((part) => {
    const name = incidentNames.find((known) => known === part.trim());
    if (!name) throw new Error(`there is no incident "${part}"\n\n${USAGE}`);
    return name;
  });

const readBaseline = () => JSON.parse(readFileSync(BASELINE, 'utf8')) as readonly IncidentResult[];

const main = async () => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    options: {
      ...{ only: text, load: text, port: text },
      ...{ real: flag, json: flag, write: flag, baseline: flag, help: flag },
    },
  });
  if (values.help) return console.log(USAGE);
  const [names, load] = [parseNames(values.only), parseWholeNumber('load', values.load) ?? 1];
  const stores = values.write || values.baseline;
  if (stores && (values.real || values.only !== undefined || load !== 1))
    throw new Error(`--write and --baseline take the figures of all incidents in virtual time\n\n${USAGE}`);
  const jobs = names.map((incident) => ({ incident, load }));
  const results = values.real
    ? await playReal(jobs, parseWholeNumber('port', values.port) ?? DEFAULT_PORT)
    : await playAll(jobs);
  console.log(values.json ? JSON.stringify(results, undefined, 2) : tableText(results));
  if (!values.json)
    for (const { incident, notes } of results) for (const note of notes) console.log(`${incident}: ${note}`);
  if (values.baseline) writeFileSync(BASELINE, `${JSON.stringify(results, undefined, 2)}\n`);
  if (stores) writeFileSync(PAGE, pageText(readBaseline(), values.write ? results : []));
};

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
