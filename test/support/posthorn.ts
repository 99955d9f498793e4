import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { PosthornOptions } from '../../src/config.js';
import { createSecretKey } from '../../src/domain/secret-box.js';
import { createPosthorn, type Posthorn, type PosthornDependencies } from '../../src/posthorn.js';
import { type Ledger, openLedger } from '../../src/store/ledger.js';
import { createDatabase } from './database.js';
import { sharedRedisUrl } from './redis.js';

/** Posthorn on a database and a queue of its own. */
export interface PosthornBundle {
  readonly posthorn: Posthorn;
  /** The same ledger, for what a test looks at. */
  readonly ledger: Ledger;
  /** The options, for another process or a second Posthorn on the same ledger. */
  readonly options: PosthornOptions;
}

/** Options under which several processes share a fresh database and a fresh part of the shared Redis. */
export async function freshOptions(overrides: PosthornOptions = {}): Promise<PosthornOptions> {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  return {
    databaseUrl: database.url,
    redisUrl: sharedRedisUrl(),
    queuePrefix: `{test-${randomBytes(6).toString('hex')}}`,
    secretKey: createSecretKey(),
    apiKey: 'test-key-0123456789',
    allowCidrs: '127.0.0.0/8',
    logLevel: 'silent',
    ...overrides,
  };
}

/** Opens Posthorn for one test, and stops it when the test has finished. */
export async function openTestPosthorn(
  overrides: PosthornOptions = {},
  dependencies: PosthornDependencies = {},
): Promise<PosthornBundle> {
  const options = await freshOptions(overrides);
  const ledger = openTestLedger(String(options.databaseUrl));
  const posthorn = await createPosthorn(options, dependencies);
  onTestFinished(() => posthorn.stop());
  return { posthorn, ledger, options };
}

/** Opens a ledger for one test. */
export function openTestLedger(databaseUrl: string): Ledger {
  const ledger = openLedger({ databaseUrl, poolSize: 4 });
  onTestFinished(() => ledger.$disconnect());
  return ledger;
}
