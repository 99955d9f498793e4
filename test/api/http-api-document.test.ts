import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../src/api/problems.js';
import { temporaryFolder } from '../archive/setup.js';
import { readDescription } from './described-answers.js';
import { API_KEY, openTestApi } from './setup.js';
import { MAKERS } from './things.js';

const run = promisify(execFile);

const DOCUMENT = new URL('../../docs/http-api.md', import.meta.url);

async function blocks(language: string): Promise<string[]> {
  const text = await readFile(DOCUMENT, 'utf8');
  const found = text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'));
  return [...found].map(([, block = '']) => block);
}

/** What the examples call the ids of things, and how these begin. */
const VARIABLES = {
  WEBHOOK: 'wh_',
  EVENT: 'evt_',
  API_KEY_ID: 'key_',
  CHANNEL: 'chn_',
  RULE: 'rul_',
  INCIDENT: 'inc_',
  REPLAY: 'rpl_',
  DELIVERY: 'dlv_',
  ATTEMPT: 'att_',
  TASK: 'tsk_',
};

/** Prints what each call of curl was answered: the body, and a line with how it was asked. */
const REPORT = '\\n%{method} %{url} %{http_code} %{content_type}\u001e';

test('every example of the document succeeds, and is answered as the OpenAPI document says', async () => {
  const bundle = await openTestApi({ archive: await temporaryFolder() });
  const { address } = bundle;
  const { operations, check } = await readDescription(address);
  const examples = (await blocks('sh')).filter((block) => block.includes('curl'));
  const called: string[] = [];
  for (const example of examples) {
    const things: Record<string, string | undefined> = {};
    for (const [name, prefix] of Object.entries(VARIABLES)) {
      if (example.includes(`$${name}`)) things[name] = await MAKERS[prefix]?.(bundle);
    }
    const script = `curl() { command curl -q -sS -w '${REPORT}' "$@"; }\n${example}`;
    const { stdout } = await run('sh', ['-eu', '-c', script], {
      env: { PATH: process.env.PATH, POSTHORN: address, KEY: API_KEY, ...things },
    });
    const answers = stdout.split('\u001e').slice(0, -1).map(readReport);
    expect(answers).not.toEqual([]);
    for (const answer of answers) {
      expect({ example, ...answer }).toMatchObject({ status: expect.toSatisfy(isGood) });
      called.push(check(answer));
    }
  }
  const all = operations.map(({ operation }) => operation.operationId);
  expect(all.filter((operationId) => !called.includes(operationId))).toEqual([]);
});

function readReport(report: string) {
  const end = report.lastIndexOf('\n');
  const [method = '', url = '', status, type = ''] = report.slice(end + 1).split(' ');
  const { pathname: path } = new URL(url);
  return { method, path, status: Number(status), type, text: report.slice(0, end) };
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

test('every example of an answer is JSON', async () => {
  for (const block of await blocks('json')) expect(() => JSON.parse(block)).not.toThrow();
});

test('the table of problems is complete', async () => {
  const text = await readFile(DOCUMENT, 'utf8');
  const rows = [...text.matchAll(/^\| (\d{3}) +\| `(\w+)` +\|/gm)];
  expect(rows.map(([, status, code]) => [code, Number(status)]).toSorted()).toEqual(
    Object.entries(PROBLEMS)
      .map(([code, { status }]) => [code, status])
      .toSorted(),
  );
});
