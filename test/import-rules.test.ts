import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const RULES = '.dependency-cruiser.json';

/** What all trees have: entry points, a module in each layer, and libraries as far as resolving goes. */
const SURROUNDINGS: Readonly<Record<string, string>> = {
  'src/index.ts': "export { a } from './posthorn.js'",
  'src/verify.ts': "export { a } from './domain/a.js'",
  'src/cli/main.ts': "import '../api/a.js'; import 'commander'",
  'src/api/a.ts': "import '../posthorn.js'; import 'fastify'",
  'src/posthorn.ts': "export { a } from './workers/a.js'; import './jobs/a.js'",
  'src/workers/a.ts': "export { a } from '../queue/a.js'; import '../delivery/a.js'",
  'src/jobs/a.ts': "import '../store/a.js'; import '../webhooks/a.js'",
  'src/webhooks/a.ts': "import '../config.js'",
  'src/delivery/a.ts': "import '../domain/a.js'; import 'got'",
  'src/queue/a.ts':
    "import 'bullmq'; export { a } from '../domain/a.js'; import '../log.js'; import '../metrics.js'",
  'src/store/a.ts': "import type { B } from './generated/b.js'; import 'pg'",
  'src/store/generated/b.ts': 'export type B = string',
  'src/config.ts': "import './domain/a.js'",
  'src/log.ts': '',
  'src/metrics.ts': "import './metrics/a.js'; import 'prom-client'",
  'src/metrics/a.ts': "import '../domain/a.js'",
  'src/domain/a.ts': 'export const a = 1',
  ...Object.assign(
    {},
    ...[
      'bullmq',
      'pg',
      'got',
      'fastify',
      'commander',
      'prom-client',
      '@opentelemetry/api',
      'vitest',
    ].map((name) => ({
      [`node_modules/${name}/package.json`]: JSON.stringify({ name, main: 'index.js' }),
      [`node_modules/${name}/index.js`]: '',
    })),
  ),
};

/** Modules that break a rule, and the rule that each breaks. */
const FORBIDDEN: readonly (readonly [path: string, text: string, rule: string])[] = [
  ['domain/b1', "import type { A } from '../store/a.js'", 'domain-imports-nothing-of-the-project'],
  ['verify', "import './config.js'", 'verify-imports-only-domain-and-no-package'],
  ['setting-values', "import './log.js'", 'config-imports-only-domain'],
  ['version', "import './domain/a.js'", 'log-and-version-import-nothing-of-the-project'],
  ['metrics/b1', "import '../store/a.js'", 'metrics-and-tracing-import-only-domain'],
  ['queue/b1', "import '../store/a.js'", 'delivery-queue-and-store-import-only-what-is-below'],
  ['store/b1', "import '../webhooks/a.js'", 'delivery-queue-and-store-import-only-what-is-below'],
  ['producers/b1', "import '../workers/a.js'", 'services-import-only-what-is-below'],
  ['webhooks/b1', "export { a } from '../posthorn.js'", 'services-import-only-what-is-below'],
  ['jobs/b1', "import type { A } from '../workers/a.js'", 'jobs-import-only-what-is-below'],
  ['roles', "const a = import('./api/a.js')", 'posthorn-imports-nothing-above'],
  ['demo/b1', "import '../cli/b1.js'", 'api-and-demo-do-not-import-cli'],
  ['cli/b1', "import '../index.js'", 'no-import-of-an-entry-point'],
  ['brand-new/b1', "import '../domain/a.js'", 'every-module-has-a-layer'],
  ['store/b2', "import type { Job } from 'bullmq'", 'bullmq-and-ioredis-only-in-queue'],
  ['queue/b2', "import pg from 'pg'", 'prisma-and-postgresql-only-in-store'],
  ['jobs/b2', "import '../store/generated/b.js'", 'prisma-and-postgresql-only-in-store'],
  ['workers/b1', "import got from 'got'", 'got-only-in-delivery'],
  ['cli/b2', "import fastify from 'fastify'", 'fastify-only-in-api'],
  ['api/b1', "import { Command } from 'commander'", 'commander-only-in-cli'],
  ['queue/b5', "import 'prom-client'", 'prom-client-only-in-metrics'],
  ['queue/b6', "import '@opentelemetry/api'", 'opentelemetry-only-in-tracing'],
  ['store/b3', "import { test } from 'vitest'", 'no-undeclared-packages'],
  ['store/b4', "import './nowhere.js'", 'no-unresolved-imports'],
  ['store/b5', 'export const unused = 1', 'no-dead-modules'],
  ['queue/b3', "import './b4.js'", 'no-cycles'],
  ['queue/b4', "import type { B } from './b3.js'", 'no-cycles'],
];

/** Runs the rules over a tree of these files; answers with what was broken where. */
async function broken(files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-rules-'));
  try {
    for (const name of [RULES, 'package.json'])
      await copyFile(join(ROOT, name), join(folder, name));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const args = [CRUISER, 'src', '--config', RULES, '--output-type', 'json'];
    // It exits with the count of what is broken.
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, args, { cwd: folder }, (_, stdout) => resolve(stdout));
    });
    const { violations } = JSON.parse(output).summary as {
      violations: { from: string; cycle?: { name: string }[]; rule: { name: string } }[];
    };
    return violations.flatMap(({ from, cycle = [], rule }) =>
      [from, ...cycle.map(({ name }) => name)].map((path) => `${rule.name}: ${path}`),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

let found: readonly string[];

beforeAll(async () => {
  const files = FORBIDDEN.map(([path, text]) => [`src/${path}.ts`, text]);
  found = await broken({ ...SURROUNDINGS, ...Object.fromEntries(files) });
});

test.each(FORBIDDEN)('%s.ts with “%s” is against %s', (path, _, rule) => {
  expect(found).toContain(`${rule}: src/${path}.ts`);
});

test('a tree that keeps the rules breaks none', async () => {
  expect(await broken(SURROUNDINGS)).toEqual([]);
});
