import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startApi } from '../../src/api/server.js';
import type { PosthornOptions } from '../../src/config.js';
import { createSecretKey } from '../../src/domain/secret-box.js';
import { createPosthorn, type Posthorn } from '../../src/index.js';
import { createLogger } from '../../src/log.js';
import { createDatabase } from '../support/database.js';
import { environment } from '../support/posthorn-process.js';
import { startReceiver } from '../support/receiver.js';
import { sharedRedisUrl } from '../support/redis.js';

/** A running Posthorn with all roles, which the documents' blocks are run against. */
export interface DocumentsInstallation {
  readonly posthorn: Posthorn;
  readonly databaseUrl: string;
  /**
   * What a block finds in its environment: the settings, the API's address and key as `POSTHORN` and
   * `KEY`, and an id of its own for each of the names that its text has, like `$WEBHOOK`.
   */
  environmentFor(text: string): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

const API_KEY = 'key-of-the-documents';

/** Deliveries go to receivers on this machine alone: nothing that the documents name is called. */
const WORKER_PORTS = '1024-65535';

export async function startInstallation(): Promise<DocumentsInstallation> {
  const database = await createDatabase();
  const receiver = await startReceiver();
  const expenses = 'CREATE TABLE public.expenses (id serial PRIMARY KEY, amount integer NOT NULL)';
  await runSql(database.url, expenses);
  const options: PosthornOptions = {
    databaseUrl: database.url,
    redisUrl: sharedRedisUrl(),
    queuePrefix: `{docs-${randomBytes(6).toString('hex')}}`,
    secretKey: createSecretKey(),
    apiKey: API_KEY,
    allowCidrs: '127.0.0.0/8',
    logLevel: 'silent',
    smtpUrl: 'smtp://127.0.0.1:9',
  };
  const posthorn = await createPosthorn(options);
  const workers = await createPosthorn({ ...options, ports: WORKER_PORTS });
  await workers.start(['worker', 'scheduler']);
  const log = createLogger('silent');
  const where = { host: '127.0.0.1', port: 0 } as const;
  const api = await startApi({ posthorn, log, routes: 'all', apiKey: API_KEY, ...where });

  return {
    posthorn,
    databaseUrl: database.url,
    async environmentFor(text) {
      const found: Record<string, string> = {
        ...environment(options),
        POSTHORN: api.address,
        KEY: API_KEY,
        OLD_DATABASE_URL: database.url,
      };
      for (const [name, make] of Object.entries(THINGS)) {
        if (text.includes(`$${name}`)) found[name] = await make(posthorn, receiver.url);
      }
      return found;
    },
    async stop() {
      await api.stop();
      await workers.stop();
      await posthorn.stop();
      await receiver.close();
      await database.drop();
    },
  };
}

/** Runs SQL in a database: one statement with values, or any number without. */
export async function runSql(
  databaseUrl: string,
  sql: string,
  ...values: readonly string[]
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await (values.length > 0 ? client.query(sql, [...values]) : client.query(sql));
    return rows;
  } finally {
    await client.end();
  }
}

type Make = (posthorn: Posthorn, receiverUrl: string) => Promise<string>;

const register: Make = async ({ webhooks }, url) => (await webhooks.register({ url })).webhook.id;

/** The things whose ids the documents name, made anew for each block, because some change or end them. */
const THINGS: Readonly<Record<string, Make>> = {
  WEBHOOK: register,
  EVENT: async (posthorn) => (await posthorn.enqueue({ type: 'a.b', payload: {} })).id,
  DELIVERY: async (posthorn, url) => {
    const webhookId = await register(posthorn, url);
    await posthorn.enqueue({ type: 'a.b', payload: {} });
    const { data } = await posthorn.deliveries.list({ webhookId });
    return data[0]?.id ?? '';
  },
  API_KEY_ID: async ({ keys }) => (await keys.create({ name: 'test', role: 'viewer' })).apiKey.id,
  CHANNEL: async ({ channels }) => {
    const url = 'https://hooks.example.com/T0';
    return (await channels.create({ name: 'ops', kind: 'slack', url })).id;
  },
  RULE: async ({ alerts }) => {
    const rule = { name: 'given up', metric: 'exhaustedDeliveries', comparison: 'above' } as const;
    return (await alerts.rules.create({ ...rule, threshold: 0 })).id;
  },
  REPLAY: async (posthorn, url) => {
    const webhookId = await register(posthorn, url);
    return (await posthorn.replays.start(webhookId, { from: new Date(0) })).replay.id;
  },
};
