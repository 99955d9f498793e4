import { availableParallelism } from 'node:os';
import { InvalidArgumentError } from 'commander';
import type { Settings } from '../config.js';
import { InvalidInputError, InvalidSettingsError } from '../domain/errors.js';

export const ROLES = ['api', 'worker', 'scheduler'] as const;

export type ProcessRole = (typeof ROLES)[number];

const MOST_PROCESSES = 256;

/** Roles from a list with commas between. Throws commander's `InvalidArgumentError`. */
export function parseRoles(text: string): ProcessRole[] {
  return text.split(',').map((name) => {
    const role = ROLES.find((known) => known === name.trim());
    if (role !== undefined) return role;
    throw new InvalidArgumentError(`There is no role "${name.trim()}": use ${ROLES.join(', ')}.`);
  });
}

/** How many processes; `auto` is one for each core. Throws commander's `InvalidArgumentError`. */
export function parseProcesses(text: string): number {
  if (text === 'auto') return Math.min(availableParallelism(), MOST_PROCESSES);
  const processes = /^\d+$/.test(text) ? Number(text) : 0;
  if (processes >= 1 && processes <= MOST_PROCESSES) return processes;
  throw new InvalidArgumentError(`Use a whole number from 1 to ${MOST_PROCESSES}, or auto.`);
}

/**
 * Refuses several processes where they would have nothing to do, or no queue that they can share. Throws
 * `InvalidInputError` or `InvalidSettingsError`.
 */
export function checkProcesses(
  processes: number,
  roles: readonly ProcessRole[],
  settings: Pick<Settings, 'redisUrl'>,
): void {
  if (processes === 1) return;
  if (!roles.includes('worker')) {
    throw new InvalidInputError(
      `--processes ${processes} needs the role worker: the further processes are workers`,
      { hint: 'add worker to --roles, or leave --processes out' },
    );
  }
  if (settings.redisUrl === undefined) {
    const fault = 'is needed for more than one process';
    throw new InvalidSettingsError(`REDIS_URL ${fault}`, {
      hint: 'without it the jobs are carried by the database, and one process may run',
      details: { REDIS_URL: fault },
    });
  }
}
