import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createSecretKey } from '../src/domain/secret-box.js';
import { createDatabase } from './support/database.js';
import { type InstalledPackage, installPackage } from './support/installed-package.js';
import { startNode } from './support/node-process.js';

const run = promisify(execFile);
const TSC = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

/** A backend in one file: it registers an endpoint, enqueues, and sees the delivery come. */
const CONSUMER = `
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createPosthorn, type EnqueuedEvent, InvalidEventTypeError, type Posthorn } from 'posthorn';
import { verify } from 'posthorn/verify';

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const posthorn: Posthorn = await createPosthorn({ allowCidrs: '127.0.0.0/8' });
const url = \`http://127.0.0.1:\${port}/hook\`;
const { secret } = await posthorn.webhooks.register({ url, eventTypes: ['expense.*'] });
await posthorn.start(['worker', 'scheduler']);
const arrival = once(server, 'request');
const event: EnqueuedEvent = await posthorn.enqueue({ type: 'expense.created', payload: { id: 42 } });
const [request, response] = (await arrival) as [IncomingMessage, ServerResponse];
const { id, data } = verify<{ id: number }>(secret, request.headers, await text(request));
console.log(event.id === id && data.id === 42 ? 'delivered' : 'not this event');
response.writeHead(204).end();

// @ts-expect-error The declarations are found, so that what does not fit is an error.
const refused: unknown = await posthorn.enqueue({ type: 42, payload: null }).catch((error) => error);
console.log(refused instanceof InvalidEventTypeError ? refused.code : refused);
await posthorn.stop();
server.close();
`;

let installed: InstalledPackage;

beforeAll(async () => {
  installed = await installPackage();
  await mkdir(join(installed.folder, 'src'));
  await writeFile(join(installed.folder, 'src/main.ts'), CONSUMER);
}, 180_000);

afterAll(() => installed?.remove());

/** Compiles the consumer, the declarations of the package and of what it imports included. */
function compile(...flags: readonly string[]) {
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
  const all = [...strict, '--target', 'es2023', '--types', 'node', ...flags, 'src/main.ts'];
  return run(process.execPath, [TSC, ...all], { cwd: installed.folder }).catch(({ stdout }) => {
    throw new Error(`the consumer does not compile:\n${stdout}`);
  });
}

test('the tarball holds what runs, and neither sources nor tests', () => {
  const { files, bytes } = installed.tarball;
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/dashboard/index.html',
      'dist/dashboard/licences.md',
      'dist/reference/scalar.js.gz',
      'dist/reference/LICENSE',
      'dist/store/generated/client.js',
      'dist/store/generated/client.d.ts',
      'prisma/schema.prisma',
      'prisma/migrations/migration_lock.toml',
      'prisma/migrations/20261123000000_ledger/migration.sql',
    ]),
  );
  const others = paths.filter(
    (path) =>
      !/^(dist\/.+\.(js|d\.ts)|dist\/(dashboard|reference)\/.+|prisma\/.+|[^/]+)$/.test(path),
  );
  expect(others).toEqual([]);
  // The dashboard's files are named for its modules, of which one sends tests.
  const named = paths.filter((path) => !path.startsWith('dist/dashboard/assets/test-form-'));
  expect(named.filter((path) => /test|bench|\.tgz$|\.map$/.test(path))).toEqual([]);
  expect(files.find(({ path }) => path === 'dist/cli/main.js')?.mode).toBe(0o755);
  // Of these about 700,000 are the dashboard, which is there as it is and compressed twice, and a million the
  // viewer of the API's reference.
  expect(bytes).toBeLessThan(2_300_000);
});

test('its declarations serve a consumer that a bundler builds', async () => {
  await compile('--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler');
}, 120_000);

test('a backend of Node modules compiles, migrates, enqueues, and sees the delivery arrive', async () => {
  const database = await createDatabase({ empty: true });
  onTestFinished(() => database.drop());
  const environment = {
    DATABASE_URL: database.url,
    POSTHORN_SECRET_KEY: createSecretKey(),
    POSTHORN_LOG_LEVEL: 'silent',
  };
  await compile('--module', 'nodenext', '--outDir', 'dist');
  const migration = await run(join(installed.folder, 'node_modules/.bin/posthorn'), ['migrate'], {
    cwd: installed.folder,
    env: { PATH: process.env.PATH, ...environment },
  });
  expect(migration.stdout).toContain('20261123000000_ledger');

  const backend = startNode(['dist/main.js'], { cwd: installed.folder, environment });
  expect(await backend.exited).toBe(0);
  expect(backend.lines).toEqual(['delivered', 'invalid_event_type']);
}, 120_000);

test('a CommonJS backend can require it', async () => {
  const script =
    "console.log(typeof require('posthorn').createPosthorn, typeof require('posthorn/verify').verify)";
  const args = ['--no-warnings', '--input-type=commonjs', '--eval', script];
  const { stdout } = await run(process.execPath, args, { cwd: installed.folder });
  expect(stdout.trim()).toBe('function function');
});
