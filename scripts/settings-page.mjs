// Writes the table of docs/settings.md from the settings of what was built: `npm run build` first.
import { readFile, writeFile } from 'node:fs/promises';
import { SETTINGS } from '../dist/config.js';

const page = new URL('../docs/settings.md', import.meta.url);
const lines = (await readFile(page, 'utf8')).split('\n');
const isRow = (line) => line.startsWith('|');
const first = lines.findIndex(isRow);
const last = lines.findLastIndex(isRow);

const header = [
  ['environment', 'option', 'default', 'meaning'],
  ['', '', '', ''],
];
const rows = Object.entries(SETTINGS).map(([name, { env, fallback, meaning }]) => {
  const shown = fallback === undefined ? '' : fallback === '' ? 'none' : `\`${fallback}\``;
  return [`\`${env}\``, `\`${name}\``, shown, meaning];
});
const cells = [...header, ...rows];
const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column].length)));
const table = cells.map((row, line) => {
  const padded = row.map((cell, column) => cell.padEnd(widths[column], line === 1 ? '-' : ' '));
  return `| ${padded.join(' | ')} |`;
});
await writeFile(page, [...lines.slice(0, first), ...table, ...lines.slice(last + 1)].join('\n'));
