// What the documents use of psql, for machines without it: `psql URL -XAt [-f FILE | -c SQL]`, and SQL on
// stdin. Prints the rows of the last statement, columns with | between.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';

const flag = (short) => ({ type: 'boolean', short });
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'no-psqlrc': flag('X'),
    'no-align': flag('A'),
    'tuples-only': flag('t'),
    quiet: flag('q'),
    file: { type: 'string', short: 'f' },
    command: { type: 'string', short: 'c' },
  },
});

const client = new pg.Client({
  connectionString: positionals[0],
  types: { getTypeParser: () => (text) => text },
});
await client.connect();
const sql = values.command ?? readFileSync(values.file ?? '/dev/stdin', 'utf8');
const { rows } = [await client.query({ text: sql, rowMode: 'array' })].flat().at(-1);
for (const row of rows) process.stdout.write(`${row.join('|')}\n`);
await client.end();
