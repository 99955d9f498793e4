// Runs the scenarios and prints their tables. See README.md beside this file.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { medians } from './figures.mjs';
import { plot } from './plot.mjs';
import { table, verdicts } from './report.mjs';
import { startServices } from './services.mjs';

const SCENARIOS = [
  'throughput',
  'enqueue',
  'convoy',
  'isolation',
  'backlog',
  'memory',
  'history',
  'alerts',
  'rollup',
  'archive',
  'dashboard',
  'scale',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    count: { type: 'string' },
    concurrency: { type: 'string' },
    plots: { type: 'string', default: fileURLToPath(new URL('./plots', import.meta.url)) },
  },
});
const unknown = positionals.filter((name) => !SCENARIOS.includes(name));
if (unknown.length > 0) {
  console.error(`no scenario ${unknown.join(', ')}: there are ${SCENARIOS.join(', ')}`);
  process.exit(2);
}
const { quick } = values;
const number = (text) => (text === undefined ? undefined : Number(text));
const size = {
  quick,
  rounds: number(values.rounds) ?? (quick ? 1 : 3),
  count: number(values.count),
  concurrency: number(values.concurrency),
};

const services = await startServices();
const found = [];
try {
  for (const name of positionals.length > 0 ? positionals : SCENARIOS) {
    found.push(await runScenario(name));
  }
} finally {
  await services.stop();
}
if (values.json) console.log(JSON.stringify({ node: process.version, quick, scenarios: found }));

async function runScenario(name) {
  const { prepare } = await import(`./scenarios/${name}.mjs`);
  const { title, columns, peers, targets, rounds = size.rounds } = await prepare(services, size);
  const rows = peers.map(({ peer }) => ({ peer, rounds: [] }));
  // The peers alternate, so that a slow minute of the machine is every peer's.
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { peer, run }] of peers.entries()) {
      console.error(`${name}: ${peer}, round ${round + 1} of ${rounds}`);
      rows[index].rounds.push(await run());
    }
  }
  for (const row of rows) row.medians = medians(row.rounds);
  const byPeer = Object.fromEntries(rows.map((row) => [row.peer, row.medians]));
  const heading = `${name}: ${title}, ${rounds === 1 ? 'one round' : `medians of ${rounds}`}`;
  const result = { name, title: heading, columns, rows, targets: targets(byPeer) };
  await mkdir(values.plots, { recursive: true });
  await writeFile(join(values.plots, `${name}.svg`), plot(result));
  if (!values.json) console.log(`\n${table(result)}\n${verdicts(result.targets)}`);
  return result;
}
