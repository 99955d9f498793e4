import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import type { ImportedRow, ImportFault } from '../webhooks/import.js';
import type { ImportedWebhook } from '../webhooks/imported-webhook.js';
import { createCommand, withPosthorn } from './command.js';
import { EXIT_FAILED } from './failure.js';
import { type OutputFlags, print, table } from './output.js';

interface ImportFlags extends OutputFlags {
  readonly dryRun?: boolean;
}

/** What is told of a row, by the line that it stands on. */
type Placed<Told> = Omit<Told, 'row'> & { readonly line: number };

/** `posthorn webhook import <file>` */
export function webhookImportCommand(): Command {
  return createCommand(
    'import <file>',
    'register the webhooks of another system; one of JSON a line, - is stdin',
    importFile,
  ).option('--dry-run', 'write nothing, and say what would be done');
}

async function importFile(flags: ImportFlags, file: string): Promise<void> {
  const { dryRun = false } = flags;
  const { rows, lines, faults } = await readLines(file);
  // With a line that can't be read nothing is imported; what is wrong with the others is told all the same.
  const report = await withPosthorn((posthorn) =>
    posthorn.webhooks.import(rows, { dryRun: dryRun || faults.length > 0 }),
  );
  const lineOf = (row: number) => lines[row - 1] ?? 0;
  const all = [
    ...faults,
    ...report.faults.map(({ row, message }) => ({ line: lineOf(row), message })),
  ];
  const sorted = all.toSorted((one, other) => one.line - other.line);
  const webhooks =
    sorted.length > 0
      ? []
      : report.webhooks.map(({ row, ...rest }) => ({ line: lineOf(row), ...rest }));
  if (sorted.length > 0) process.exitCode = EXIT_FAILED;
  print(flags, { dryRun, webhooks, faults: sorted }, () => describe(webhooks, sorted, dryRun));
}

/** The rows of a file, the line that each stands on, and the lines that are no JSON. */
async function readLines(file: string) {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const rows: ImportedWebhook[] = [];
  const lines: number[] = [];
  const faults: Placed<ImportFault>[] = [];
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() === '') continue;
    try {
      rows.push(JSON.parse(text));
      lines.push(line);
    } catch (error) {
      faults.push({ line, message: `no JSON: ${error instanceof Error ? error.message : error}` });
    }
  }
  return { rows, lines, faults };
}

function describe(
  webhooks: readonly Placed<ImportedRow>[],
  faults: readonly Placed<ImportFault>[],
  dryRun: boolean,
): string {
  if (faults.length > 0) {
    const told = faults.map(({ line, message }) => `line ${line}: ${message}`);
    return [...told, '', `${faults.length} lines do not fit; nothing is imported`].join('\n');
  }
  const fresh = webhooks.filter(({ imported }) => imported);
  const there = webhooks.length - fresh.length;
  const made = fresh.flatMap(({ line, id, secret }) =>
    secret === null ? [] : [[String(line), id, secret]],
  );
  const secrets = ['', 'new secrets, shown this once:', table(['line', 'id', 'secret'], made)];
  return [
    `${fresh.length} ${dryRun ? 'would be imported' : 'imported'}, ${there} there already`,
    ...(made.length > 0 ? secrets : []),
  ].join('\n');
}
