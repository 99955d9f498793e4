import type { Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { createLogger } from '../log.js';
import { createPosthorn } from '../posthorn.js';
import { createCommand } from './command.js';
import { type ProcessEnd, prepareEnd } from './process-end.js';
import { answerMetrics } from './process-metrics.js';

/** The command's name. */
export const WORKER_PROCESS = 'worker-process';

/** `posthorn worker-process`: a worker beside the `posthorn start` that forked it, and nothing else. */
export function workerProcessCommand(): Command {
  return createCommand(WORKER_PROCESS, 'what start --processes runs', runWorkerProcess);
}

async function runWorkerProcess(): Promise<void> {
  if (process.connected === undefined) {
    throw new InvalidInputError(`${WORKER_PROCESS} is only run by \`posthorn start --processes\``, {
      hint: 'use `posthorn start --roles worker`',
    });
  }
  const log = createLogger(process.env.POSTHORN_LOG_LEVEL || 'info');
  const posthorn = await createPosthorn({}, { log });
  const { settings, stop } = posthorn;
  try {
    posthorn.metrics.watchProcess();
    answerMetrics(posthorn.metrics);
    followParent(prepareEnd({ stop, settings, log }));
    await posthorn.start(['worker']);
    log.info('worker process started');
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Ends in order when the parent says so with SIGTERM, or is no more. A terminal's Ctrl-C and a service
 * manager's SIGTERM may reach the whole group: the first is left to the parent, and a second SIGTERM changes
 * nothing, so that neither cuts the stop short.
 */
function followParent(end: ProcessEnd): void {
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', (signal) => end.begin(0, { signal }));
  const onDisconnect = () => end.begin(0, { reason: 'the parent process is gone' });
  process.on('disconnect', onDisconnect);
  // The channel to the parent is watched, and keeps no process alive whose start failed.
  process.channel?.unref();
  if (!process.connected) onDisconnect();
}
