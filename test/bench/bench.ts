import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundlesSection } from './bundles/bundles.section.ts';
import { costSection } from './cost/cost.section.ts';
import { flashSaleSection } from './flash-sale/flash-sale.section.ts';
import { loadSection } from './load/load.section.ts';
import { peerSection } from './peer/peer.section.ts';
import { brokenOf, reportFiles } from './report.ts';
import { type Told, told } from './section.ts';
import { simSection } from './sim/sim.section.ts';
import { soakSection } from './soak/soak.section.ts';
import { throughputSection } from './throughput/throughput.section.ts';

const OUT = 'docs/bench';
const USAGE = `npm run bench [-- --quick] [--only SECTION,...] [--out FOLDER]

Measures what an order costs and how fast orders go, and writes report.json, README.md and charts into ${OUT}.
  --quick   takes less time and measures less well
  --only    these sections alone; written only where --out says`;

/** In the order of the report. */
const sections: Readonly<Record<string, (quick: boolean) => Promise<Told>>> = {
  [costSection.name]: told(costSection),
  [throughputSection.name]: told(throughputSection),
  [flashSaleSection.name]: told(flashSaleSection),
  [bundlesSection.name]: told(bundlesSection),
  [loadSection.name]: told(loadSection),
  [soakSection.name]: told(soakSection),
  [simSection.name]: told(simSection),
  [peerSection.name]: told(peerSection),
};

const chosen = (only: string | undefined) => {
  const names = only?.split(',') ?? Object.keys(sections);
  return names.map((name) => {
    const section = sections[name];
    if (!section) throw new Error(`there is no section "${name}", but ${Object.keys(sections).join(', ')}\n\n${USAGE}`);
    return { name, section };
  });
};

const main = async () => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { quick: flag, only: text, out: text, help: flag } });
  if (values.help) return console.log(USAGE);
  const out = values.out ?? (values.only === undefined ? OUT : undefined);
  const all: Told[] = [];
  for (const { name, section } of chosen(values.only)) {
    const begun = Date.now();
    all.push(await section(values.quick === true));
    console.log(`${name}: done in ${((Date.now() - begun) / 1_000).toFixed(0)} s`);
  }
  const files = reportFiles(all);
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(out, name), content);
  }
  console.log(`\n${files['README.md']}`);
  process.exitCode = brokenOf(all).length === 0 ? 0 : 1;
};

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
