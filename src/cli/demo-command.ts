import { type Command, InvalidArgumentError } from 'commander';
import { createProgressDisplay } from '../demo/progress.js';
import { reportText } from '../demo/report-text.js';
import { runDemo } from '../demo/run.js';
import { servingText } from '../demo/serving-text.js';
import { forgetSettings } from '../demo/settings.js';
import { createCommand } from './command.js';
import { EXIT_FAILED } from './failure.js';
import { type OutputFlags, print } from './output.js';

interface DemoFlags extends OutputFlags {
  readonly events: number;
  readonly serve?: boolean;
}

const MOST_EVENTS = 100_000;

/** What a shell expects of a process that a signal ended: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * `posthorn demo`: a thousand events for three endpoints, in a Posthorn of its own that needs nothing but
 * Node. Exits with 0 where every event arrived and all counts agree, with 1 where not.
 */
export function createDemoCommand(): Command {
  return createCommand('demo', 'deliver events to three local endpoints; needs no settings', demo)
    .option('--events <number>', 'how many events to enqueue', parseEvents, 1_000)
    .option('--serve', 'keep everything running after the report, until Ctrl-C');
}

async function demo(flags: DemoFlags): Promise<void> {
  const { stderr, env } = process;
  const rewrite = stderr.isTTY === true && !env.CI;
  forgetSettings(env);
  const display = createProgressDisplay({ write: (text) => stderr.write(text), rewrite });
  const { signal, restore } = endOnSignals();
  try {
    await runDemo({
      events: flags.events,
      signal,
      display,
      reported: async (report, running) => {
        print(flags, report, () => reportText(report));
        process.exitCode = report.ok ? 0 : EXIT_FAILED;
        if (!flags.serve) return;
        display.say(servingText(report, running));
        await aborted(signal);
      },
    });
  } catch (error) {
    if (error !== signal.reason) throw error;
    display.say('Stopped early, and removed everything.');
  } finally {
    restore();
  }
}

/** Aborts at the first signal. Further ones do nothing: they must not cut the clean-up short. */
function endOnSignals(): { readonly signal: AbortSignal; restore(): unknown } {
  const controller = new AbortController();
  const end = (reason: Error, exitCode: number) => {
    process.exitCode ??= exitCode;
    controller.abort(reason);
  };
  const onSignal = (name: keyof typeof EXIT_CODES) => {
    end(new Error(`ended by ${name}`), EXIT_CODES[name]);
  };
  // Whoever read the progress went away.
  const onBrokenPipe = (error: Error) => end(error, EXIT_FAILED);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.stderr.on('error', onBrokenPipe);
  return {
    signal: controller.signal,
    restore: () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function parseEvents(text: string): number {
  const events = /^\d+$/.test(text) ? Number(text) : 0;
  if (events >= 1 && events <= MOST_EVENTS) return events;
  throw new InvalidArgumentError(`Use a whole number from 1 to ${MOST_EVENTS}.`);
}
