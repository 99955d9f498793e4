import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type InstalledPackage, installPackage } from './support/installed-package.js';
import { startNode } from './support/node-process.js';
import { pollUntil } from './support/poll.js';
import { openTestPosthorn, type PosthornBundle } from './support/posthorn.js';
import { environment } from './support/posthorn-process.js';
import { startReceiver } from './support/receiver.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = join(ROOT, 'node_modules');

let installed: InstalledPackage;

/** The copy of an example, where `posthorn` is the installed package. */
const example = (name: string) => join(installed.folder, 'examples', name);

/** Runs a command of the example's package.json by its file, with no environment but PATH. */
async function build(name: string, command: string, ...args: readonly string[]): Promise<void> {
  const options = { cwd: example(name), env: { PATH: process.env.PATH, ...OFFLINE } };
  await run(process.execPath, [join(MODULES, command), ...args], options).catch((error) => {
    throw new Error(`${name}: ${command} failed:\n${error.stdout}${error.stderr}`);
  });
}

// Names a file that exists as the native engine that `prisma generate` looks for and never runs.
const OFFLINE = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };

beforeAll(async () => {
  installed = await installPackage();
  for (const name of ['standardwebhooks', 'prisma']) await installed.link(name);
  await cp(join(ROOT, 'examples'), join(installed.folder, 'examples'), {
    recursive: true,
    filter: (path) => !/(node_modules|dist|generated)$/.test(path),
  });
}, 180_000);

afterAll(() => installed?.remove());

test.each(['fastify-backend', 'transactional'])(
  '%s depends on the package as npm packs it, and on what the checkout tries it with',
  async (name) => {
    const read = async (path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8'));
    const ours = await read('package.json');
    const { dependencies, devDependencies, engines } = await read(`examples/${name}/package.json`);
    expect(dependencies.posthorn).toBe(`file:../../posthorn-${ours.version}.tgz`);
    expect(engines).toEqual(ours.engines);
    const tried = { ...ours.dependencies, ...ours.devDependencies };
    for (const [library, range] of Object.entries({ ...dependencies, ...devDependencies })) {
      if (library === 'posthorn') continue;
      expect(`${library} ${range}`).toBe(`${library} ^${tried[library].replace(/\d+$/, '0')}`);
    }
  },
);

describe('fastify-backend', () => {
  /** Starts the example's backend, and answers with its address. */
  async function startBackend({ options }: PosthornBundle) {
    const backend = startNode(['dist/main.js'], {
      cwd: example('fastify-backend'),
      environment: { ...environment(options), BACKEND_PORT: '0' },
    });
    const [, url = ''] = await backend.waitForLine(/listening at (http:[^"]+)/);
    return { url, stop: backend.stop };
  }

  /** Starts the example's receiver with the secret of a webhook that is pointed to it. */
  async function startExampleReceiver({ posthorn }: PosthornBundle) {
    const { webhook, secret } = await posthorn.webhooks.register({ url: 'http://127.0.0.1/' });
    const receiver = startNode(['dist/receiver.js'], {
      cwd: example('fastify-backend'),
      environment: { WEBHOOK_SECRET: secret, RECEIVER_PORT: '0' },
    });
    const [, url = ''] = await receiver.waitForLine(/listening on (http:.+)/);
    await posthorn.webhooks.update(webhook.id, { url });
    return { ...receiver, url };
  }

  const post = (url: string, body: unknown) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('an expense reaches the customer, signed, by way of Redis; what is forged or wrong does not', async () => {
    await build('fastify-backend', 'typescript/bin/tsc');
    const bundle = await openTestPosthorn();
    const receiver = await startExampleReceiver(bundle);
    const backend = await startBackend(bundle);
    await bundle.posthorn.start(['worker', 'scheduler']);

    const refused = await post(`${backend.url}/expenses`, { amount: -1, description: 'wrong' });
    expect(refused.status).toBe(400);
    const forged = await post(receiver.url, { type: 'expense.created', data: { amount: 1 } });
    expect(forged.status).toBe(401);
    const created = await post(`${backend.url}/expenses`, { amount: 4_200, description: 'train' });
    expect(created.status).toBe(201);

    const [line] = await receiver.waitForLine(/^\{.*/);
    expect(JSON.parse(line)).toMatchObject({ type: 'expense.created', data: await created.json() });
    expect(receiver.lines.filter((text) => text.startsWith('{'))).toHaveLength(1);
    expect(await bundle.ledger.event.count()).toBe(1);
    expect(await backend.stop()).toBe(0);
    expect(await receiver.stop()).toBe(0);
  }, 120_000);
});

describe('transactional', () => {
  test('a commit delivers and a rollback delivers nothing, with the app’s own client and no Redis', async () => {
    await build('transactional', 'prisma/build/index.js', 'generate');
    await build('transactional', 'typescript/bin/tsc');
    const bundle = await openTestPosthorn({ redisUrl: '' });
    await migrate(String(bundle.options.databaseUrl));
    let secret = '';
    const receiver = await startReceiver({ secret: () => secret });
    onTestFinished(() => receiver.close());
    const registered = await bundle.posthorn.webhooks.register({ url: receiver.url });
    secret = registered.secret;

    const app = startNode(['dist/main.js'], {
      cwd: example('transactional'),
      environment: environment(bundle.options),
    });
    const code = await app.exited;
    expect(app.lines).toEqual([
      'committed: expense 1 is there, and its event will be delivered',
      'rolled back: an expense may be 100000 cents at most',
      '1 expense in all',
    ]);
    expect(code).toBe(0);

    await bundle.posthorn.start(['worker', 'scheduler']);
    await pollUntil(
      () => bundle.posthorn.webhooks.get(registered.webhook.id),
      ({ successCount }) => successCount > 0n,
      { what: 'a recorded success' },
    );
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]).toMatchObject({
      verified: true,
      json: {
        type: 'expense.created',
        data: { id: 1, amount: 4_200, description: 'train' },
      },
    });
    expect(await bundle.ledger.event.count()).toBe(1);
  }, 120_000);

  /** Applies the example's own migration, as `prisma migrate deploy` does. */
  async function migrate(databaseUrl: string): Promise<void> {
    const folder = 'examples/transactional/prisma/migrations/20261123000000_expenses';
    // The tests' user is named like the ledger's schema, which PostgreSQL would otherwise prefer.
    const options = '-c search_path=public';
    const client = new pg.Client({ connectionString: databaseUrl, options });
    await client.connect();
    try {
      await client.query(await readFile(join(ROOT, folder, 'migration.sql'), 'utf8'));
    } finally {
      await client.end();
    }
  }
});
