import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { settlesWithin } from '../domain/settles-within.js';
import { DUE_CHANNEL } from './events.js';

/** Hears the commits that made deliveries due. */
export interface DueEar {
  start(): void;
  /** May be called twice, or before `start`. */
  stop(): Promise<void>;
}

const RECONNECT_MS = 1_000;

/** How long PostgreSQL may take to say goodbye. */
const GOODBYE_MS = 1_000;

/**
 * Listens on a connection of its own, and connects again for as long as it runs. After each connecting it
 * calls `onDue` once, for what was committed while nobody listened.
 */
export function createDueEar(options: {
  databaseUrl: string;
  /** How long PostgreSQL may be silent before the connection is given up, and made anew. */
  answerTimeoutMs: number;
  onDue: () => void;
  log: Logger;
}): DueEar {
  const { databaseUrl, answerTimeoutMs, onDue, log } = options;
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  async function listen(): Promise<void> {
    const socket = new Socket();
    const client = new pg.Client({
      stream: () => socket,
      query_timeout: answerTimeoutMs,
      connectionString: databaseUrl,
      application_name: 'posthorn listener',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    const ended = new AbortController();
    const over = new Promise<void>((resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection was closed')));
      const options = { once: true, signal: ended.signal };
      stopping.signal.addEventListener('abort', () => resolve(), options);
    });
    // Settles while nobody awaits it yet where connecting itself fails.
    over.catch(() => undefined);
    let heartbeat: NodeJS.Timeout | undefined;
    try {
      await client.connect();
      client.on('notification', onDue);
      await client.query(`LISTEN ${DUE_CHANNEL}`);
      onDue();
      // Nobody says that a network swallows what is sent: so ask.
      const beats = new Promise<never>((_resolve, reject) => {
        heartbeat = setInterval(() => {
          client.query('SELECT 1').catch(reject);
        }, answerTimeoutMs / 2);
      });
      await Promise.race([over, beats]);
    } finally {
      ended.abort();
      clearInterval(heartbeat);
      client.removeAllListeners('end');
      await settlesWithin(client.end(), GOODBYE_MS).catch(() => undefined);
      socket.destroy();
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await listen();
      } catch (error) {
        log.warn({ error }, 'not listening for due deliveries, trying again; the dispatcher polls');
        await sleep(RECONNECT_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  return {
    start: () => {
      loop ??= run();
    },
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}
