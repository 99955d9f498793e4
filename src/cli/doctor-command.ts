import type { Command } from 'commander';
import { readSettings, type Settings } from '../config.js';
import { openEmbeddedPostgres } from '../store/embedded-postgres.js';
import { createCommand } from './command.js';
import { type Check, fail, reason } from './doctor/check.js';
import { checkDatabase } from './doctor/database-checks.js';
import { checkNode } from './doctor/node-check.js';
import { checkRedis } from './doctor/redis-checks.js';
import { checkSettings } from './doctor/settings-check.js';
import { EXIT_FAILED } from './failure.js';
import { type OutputFlags, print } from './output.js';

/** `posthorn doctor`: looks at what Posthorn needs, and says what to do about each fault. */
export function doctorCommand(): Command {
  return createCommand('doctor', 'check Node, settings, PostgreSQL, Redis and the clock', doctor);
}

async function doctor(flags: OutputFlags): Promise<void> {
  const checks = [checkNode(process.version), ...(await checkSurroundings())];
  const healthy = checks.every(({ status }) => status !== 'fail');
  if (!healthy) process.exitCode = EXIT_FAILED;
  print(flags, { ok: healthy, checks }, () => checks.map(line).join('\n'));
}

async function checkSurroundings(): Promise<Check[]> {
  let settings: Settings;
  try {
    settings = readSettings();
  } catch (error) {
    return [fail('settings', reason(error), 'see docs/settings.md')];
  }
  const [database, ...redis] = await Promise.all([
    checkLedger(settings),
    ...(settings.redisUrl ?? []).map(checkRedis),
  ]);
  return [...checkSettings(settings), ...database, ...redis.flat()];
}

/** The database that the settings name, or the embedded one, which is started for the look. */
async function checkLedger(settings: Settings): Promise<Check[]> {
  const now = new Date();
  if (settings.databaseUrl !== undefined) {
    return checkDatabase(settings.databaseUrl, { now, embedded: false });
  }
  try {
    const postgres = await openEmbeddedPostgres({ dataDir: settings.dataDir });
    return await checkDatabase(postgres.databaseUrl, { now, embedded: true }).finally(() =>
      postgres.stop(),
    );
  } catch (error) {
    return [fail('postgresql', reason(error), 'set DATABASE_URL to a PostgreSQL of your own')];
  }
}

function line({ name, status, found, advice }: Check): string {
  const text = `${status.padEnd(4)}  ${name.padEnd(17)}  ${found}`;
  return advice === undefined ? text : `${text}\n      ${''.padEnd(17)}  → ${advice}`;
}
