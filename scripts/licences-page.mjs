// Writes docs/licences.md, the packages that an installation of Posthorn brings, from the lock file. With
// --check it writes nothing, and exits with 1 where the page is not true.
import { readFile, writeFile } from 'node:fs/promises';

const ROOT = new URL('../', import.meta.url);
const PAGE = new URL('docs/licences.md', ROOT);

/** Licences that ask no more than to be named. */
const ALLOWED = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  '(MIT OR CC0-1.0)',
  'PostgreSQL',
]);

const { packages } = JSON.parse(await readFile(new URL('package-lock.json', ROOT), 'utf8'));
const installed = Object.entries(packages)
  .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
  .map(([path, { version, license }]) => ({
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version,
    licence: license ?? 'unknown',
  }))
  .sort((a, b) => (a.name + a.version < b.name + b.version ? -1 : 1));

const unfit = installed.filter(({ licence }) => !ALLOWED.has(licence));
if (unfit.length > 0) {
  const list = unfit.map(({ name, licence }) => `${name} (${licence})`).join(', ');
  console.error(`not among the licences that are allowed: ${list}`);
  process.exit(1);
}

const page = [
  '# Licences',
  '',
  'What an installation of Posthorn brings, and under which licence. Written from the lock file by `node scripts/licences-page.mjs`; a test compares it.',
  '',
  '| package | version | licence |',
  '| --- | --- | --- |',
  ...new Set(
    installed.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`),
  ),
  '',
].join('\n');

if (process.argv.includes('--check')) {
  if (page !== (await readFile(PAGE, 'utf8').catch(() => ''))) {
    console.error('docs/licences.md is not true any more: run node scripts/licences-page.mjs');
    process.exit(1);
  }
} else {
  await writeFile(PAGE, page);
}
