import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommand, runJson } from '../support/command-line.js';
import { freshOptions } from '../support/posthorn.js';
import { environment } from '../support/posthorn-process.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly address: string;
  stdout(): string;
  /** Waits for what it says on stdout. */
  said(what: RegExp): Promise<RegExpExecArray | null>;
}

/** Starts `posthorn start` and waits for the log line that says where it listens. */
async function start(env: Record<string, string>, ...words: string[]): Promise<Started> {
  const child = spawn(process.execPath, [MAIN, 'start', ...words], {
    env: { PATH: process.env.PATH, ...env },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const entry = JSON.parse(line) as { msg: string; address?: string };
    if (entry.msg === 'started') {
      child.stderr.resume();
      const said = async (what: RegExp) => {
        await expect.poll(() => stdout, { timeout: 10_000 }).toMatch(what);
        return what.exec(stdout);
      };
      return { child, address: entry.address ?? '', stdout: () => stdout, said };
    }
  }
  throw new Error('it ended before it had started');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = await exited;
  return code;
}

describe('posthorn start', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'serves the API and exits with 0 on %s',
    async (signal) => {
      const env = environment({ ...(await freshOptions()), port: 0, logLevel: 'info' });
      const { child, address } = await start(env);
      expect((await fetch(`${address}/healthz`)).status).toBe(200);
      expect((await fetch(`${address}/readyz`)).status).toBe(200);
      expect((await fetch(`${address}/v1/webhooks`)).status).toBe(401);
      const authorized = { headers: { authorization: `Bearer ${env.POSTHORN_API_KEY}` } };
      expect((await fetch(`${address}/v1/webhooks`, authorized)).status).toBe(200);
      expect(await end(child, signal)).toBe(0);
      await expect(fetch(`${address}/healthz`)).rejects.toThrow();
    },
  );

  test('serves its health alone without the api role, where a port is set', async () => {
    const options = { ...(await freshOptions()), healthPort: 0, logLevel: 'info' };
    const { child, address } = await start(environment(options), '--roles', 'worker,scheduler');
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
    expect((await fetch(`${address}/v1/webhooks`)).status).toBe(404);
    expect(await end(child, 'SIGTERM')).toBe(0);
  });

  test('needs nothing at all: an embedded PostgreSQL, a key shown once, other commands beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-start-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const env = { POSTHORN_DATA_DIR: join(folder, 'data'), PORT: '0' };
    const keptIn = join(folder, 'data/keys.json');
    const first = await start(env);
    const [, apiKey = ''] = (await first.said(/^API key +(\S+) /m)) ?? [];
    expect(first.stdout()).toBe(`
dashboard      ${first.address}
API reference  ${first.address}/docs
API key        ${apiKey}  (shown this once, kept in ${keptIn})

`);
    const headers = { authorization: `Bearer ${apiKey}` };
    expect((await fetch(`${first.address}/v1/webhooks`, { headers })).status).toBe(200);
    const beside = await runCommand(['webhook', 'list', '--json'], env);
    expect(JSON.parse(beside.stdout)).toEqual({ data: [], nextCursor: null });
    expect((await fetch(`${first.address}/readyz`)).status).toBe(200);
    expect(await end(first.child, 'SIGTERM')).toBe(0);

    const second = await start(env);
    await second.said(/^API key +see .*keys\.json\n/m);
    expect(second.stdout()).not.toContain(apiKey);
    expect((await fetch(`${second.address}/v1/webhooks`, { headers })).status).toBe(200);
    expect(await end(second.child, 'SIGTERM')).toBe(0);
  });

  test('names the setting when its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const result = await runCommand(['start'], { ...(await freshOptions()), port });
    expect(result).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('set PORT (or HOST)'),
    });
    taken.close();
  });

  test('refuses an unknown role, and the api role without a key', async () => {
    const options = await freshOptions();
    const unknown = await runCommand(['start', '--roles', 'api,wroker'], options);
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('"wroker"') });
    const keyless = await runCommand(['start'], { ...options, apiKey: '' });
    expect(keyless).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('POSTHORN_API_KEY'),
    });
  });
});

describe('posthorn doctor', () => {
  interface Diagnosis {
    readonly ok: boolean;
    readonly checks: readonly { name: string; status: string; found: string; advice?: string }[];
  }

  test('finds everything well, but that this Redis keeps nothing', async () => {
    const { ok, checks } = await runJson<Diagnosis>(['doctor'], await freshOptions());
    expect(ok).toBe(true);
    const statuses = Object.fromEntries(checks.map(({ name, status }) => [name, status]));
    expect(statuses).toMatchObject({
      node: 'ok',
      postgresql: 'ok',
      migrations: 'ok',
      clock: 'ok',
      redis: 'ok',
      'redis eviction': 'ok',
      'redis persistence': 'warn',
    });
  });

  test('says what to do about each fault, exits with 1, and shows no password', async () => {
    const result = await runCommand(['doctor'], {
      DATABASE_URL: 'postgresql://user:hunter2@127.0.0.1:1/db',
      REDIS_URL: 'redis://:hunter2@127.0.0.1:1',
    });
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toMatch(/fail {2}postgresql +127\.0\.0\.1:1\/db: .*ECONNREFUSED/);
    expect(result.stdout).toMatch(/fail {2}redis +127\.0\.0\.1:1: .*ECONNREFUSED/);
    expect(result.stdout).toContain('→ make one with `openssl rand -base64 32`');
    expect(result.stdout + result.stderr).not.toContain('hunter2');
  });
});
