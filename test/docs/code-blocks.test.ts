import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { unknownWords } from './command-words.js';
import { type DocumentsInstallation, runSql, startInstallation } from './installation.js';
import { NOT_RUN, RUN_ELSEWHERE } from './not-run.js';
import { type CodeBlock, type Page, placeOf, readPages } from './pages.js';
import { checkReceiver, WEBHOOK_SECRET } from './receivers.js';
import { type Shell, startShell } from './shell.js';
import {
  type BlockProcess,
  type CompiledBlocks,
  compileBlocks,
  startBlockProcess,
} from './typescript.js';

const pages = (await readPages()).filter(({ blocks }) => blocks.length > 0);
const blocks = pages.flatMap((page) => page.blocks);

let folder: string;
let installation: DocumentsInstallation;
let shell: Shell;
let compiled: CompiledBlocks;
let blockProcess: BlockProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-docs-'));
  const typescript = blocks.filter(({ language }) => language === 'ts');
  [installation, shell, compiled] = await Promise.all([
    startInstallation(),
    startShell(join(folder, 'bin')),
    compileBlocks(typescript, folder),
  ]);
  blockProcess = await startBlockProcess({
    ...(await installation.environmentFor('')),
    WEBHOOK_SECRET,
  });
});

afterAll(async () => {
  await blockProcess?.stop();
  await shell?.stop();
  await installation?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('each block of shell that no test runs is there once, and is shell', async () => {
  for (const { page, begins } of NOT_RUN) {
    const found = blocks.filter((each) => each.page === page && each.text.startsWith(begins));
    expect(found.map(placeOf), `${page}: ${begins}`).toHaveLength(1);
    for (const block of found) await shell.parse(block);
  }
});

test('every command of Posthorn is one that there is, with the options that it has', () => {
  const shells = blocks.filter(({ language }) => language === 'sh');
  const faults = shells.flatMap((block) =>
    unknownWords(block.text).map((fault) => `${placeOf(block)}: ${fault}`),
  );
  expect(faults).toEqual([]);
});

test('every block of TypeScript is right by its types', () => {
  expect(compiled.faults).toEqual([]);
});

test.each(pages)('every block of $path does what it says', async (page) => {
  const before = await count('posthorn.events');
  await runPage(page);
  if (page.path.startsWith('docs/backends/')) {
    expect(await count('posthorn.events'), 'a request tells of an expense').toBeGreaterThan(before);
  }
  const [what = '', rows = ''] = EFFECTS[page.path] ?? [];
  if (rows !== '') expect(await count(rows), what).toBe(1);
});

/** What the blocks of a page have come to, besides not failing, and the one row that shows it. */
const EFFECTS: Readonly<Record<string, readonly [string, string]>> = {
  'docs/receiving.md': ['an event that came twice is in the inbox once', 'inbox'],
  'docs/moving.md': [
    'a dead webhook is there with its past',
    `posthorn.webhooks WHERE url = 'https://old.example.com/in' AND consecutive_failures = 212
      AND last_success = '2024-06-30 23:59Z' AND event_types = '{}' AND active`,
  ],
};

async function count(table: string): Promise<number> {
  const rows = await runSql(installation.databaseUrl, `SELECT count(*) FROM ${table}`);
  return Number(rows[0]?.count);
}

/** Runs the blocks of a page, from the first to the last, in a folder of its own. */
async function runPage({ path, blocks: ofPage }: Page): Promise<void> {
  const cwd = join(folder, 'pages', path);
  await mkdir(cwd, { recursive: true });
  let backend = '';
  for (const block of ofPage) {
    const { language, text } = block;
    if (block.file !== undefined) {
      await mkdir(dirname(join(cwd, block.file)), { recursive: true });
      await writeFile(join(cwd, block.file), text);
    }
    if (language === 'ts') backend = (await runTypeScript(block)) ?? backend;
    else if (language === 'sh') await runShell(block, cwd, backend);
    else if (language === 'sql') {
      await runSql(installation.databaseUrl, text).catch((cause: unknown) => fail(block, cause));
    } else if (language === 'conf') await checkSettings(block);
    else check(block);
  }
}

/** The ids that examples have stand for those of things that are there. */
const EXAMPLE_IDS: Readonly<Record<string, string>> = {
  wh: 'WEBHOOK',
  evt: 'EVENT',
  dlv: 'DELIVERY',
  key: 'API_KEY_ID',
  chn: 'CHANNEL',
  rul: 'RULE',
  rpl: 'REPLAY',
};

async function runShell(block: CodeBlock, cwd: string, backend: string): Promise<void> {
  const isOf = (page: string, begins = '') => block.page === page && block.text.startsWith(begins);
  if (NOT_RUN.some(({ page, begins }) => isOf(page, begins))) return;
  if (Object.keys(RUN_ELSEWHERE).some((page) => isOf(page))) return;
  const text = block.text.replaceAll(/\b([a-z]+)_0192f0c1[0-9a-f]{24}\b/g, (id, prefix: string) =>
    prefix in EXAMPLE_IDS ? `$${EXAMPLE_IDS[prefix]}` : id,
  );
  const environment = { ...(await installation.environmentFor(text)), BACKEND: backend };
  await shell.run({ ...block, text }, { folder: cwd, environment });
}

/**
 * Runs a module. One that listens and verifies is a receiver, which must take what Posthorn sends.
 *
 * @returns where it listens, where it does
 */
async function runTypeScript(block: CodeBlock): Promise<string | undefined> {
  const running = blockProcess.run(compiled.moduleOf(block), {});
  const port = await running.catch((cause: unknown) => fail(block, cause));
  if (port === undefined) return undefined;
  const address = `http://127.0.0.1:${port}`;
  if (/'(posthorn\/verify|standardwebhooks)'/.test(block.text)) {
    const checked = checkReceiver(installation.posthorn, address);
    await checked.catch((cause: unknown) => fail(block, cause));
  }
  return address;
}

function fail(block: CodeBlock, cause: unknown): never {
  throw new Error(`${placeOf(block)} failed`, { cause });
}

/** Languages that are data, and how their text is read. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  json: (text) => JSON.parse(text),
  jsonl: (text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  yaml: (text) => parseAllDocuments(text).map((each) => each.toJS()),
};

/** Files of settings, and how to ask the program whether it knows one. */
const SETTINGS_FILES: Readonly<Record<string, (name: string) => Promise<unknown[]>>> = {
  'redis.conf': async (name) => {
    const redis = new Redis(inject('redisUrl'));
    const found = (await redis.config('GET', name)) as string[];
    await redis.quit();
    return found;
  },
  'postgresql.conf': (name) =>
    runSql(installation.databaseUrl, 'SELECT FROM pg_settings WHERE name = $1', name),
};

/** Every setting of such a file is one that the program has. */
async function checkSettings(block: CodeBlock): Promise<void> {
  const known = SETTINGS_FILES[block.file ?? ''];
  if (known === undefined) throw new Error(`${placeOf(block)}: name the file in its first line`);
  for (const [, name = ''] of block.text.matchAll(/^([a-z_-]+)(?: =)? \S/gm)) {
    expect(await known(name), `${placeOf(block)}: ${name}`).not.toEqual([]);
  }
}

/** What is drawn or said, and HTML, which test/portal/embedding.test.ts serves. */
const PLAIN = ['', 'text', 'http', 'html'];

/**
 * Languages whose tools are not everywhere where the tests run. What is looked at is that their blocks verify
 * the body as it came, with the secret.
 */
const FOREIGN: Readonly<Record<string, RegExp>> = {
  python: /webhook\.verify\(request\.get_data\(\), /,
  go: /webhook\.Verify\(body, r\.Header\)/,
  ruby: /webhook\.verify\(request\.raw_post, headers\)/,
  php: /\$webhook->verify\(file_get_contents\('php:\/\/input'\), \$headers\)/,
  java: /webhook\.verify\(body, exchange\.getRequestHeaders\(\)\)/,
  rust: /webhook\.verify\(body, headers\)/,
  csharp: /webhook\.Verify\(body, headers\)/,
  elixir: /:crypto\.mac\(:hmac, :sha256, key, "#\{id\}\.#\{time\}\.#\{body\}"\)/,
};

function check(block: CodeBlock): void {
  const read = READERS[block.language];
  const foreign = FOREIGN[block.language];
  if (foreign !== undefined) {
    expect(block.text, placeOf(block)).toMatch(foreign);
    expect(block.text, placeOf(block)).toMatch(/WEBHOOK_SECRET|whsec_/);
  } else if (read !== undefined) expect(() => read(block.text), placeOf(block)).not.toThrow();
  else expect(PLAIN, `${placeOf(block)}: no test knows this language`).toContain(block.language);
}
