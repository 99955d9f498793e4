import type { Command } from 'commander';
import { reportText } from '../demo/report-text.js';
import { runDemo } from '../demo/run.js';
import { servingText } from '../demo/serving-text.js';
import { forgetSettings } from '../demo/settings.js';
import { abortOnSignals, SIGNAL_EXIT_CODES } from './abort-on-signals.js';
import { createCommand } from './command.js';
import { createProgressDisplay } from './demo-progress.js';
import { EXIT_FAILED } from './failure.js';
import { wholeNumber } from './option-values.js';
import { type OutputFlags, print } from './output.js';

interface DemoFlags extends OutputFlags {
  readonly events: number;
  readonly serve?: boolean;
}

const MOST_EVENTS = 100_000;

/**
 * `posthorn demo`: a thousand events for three endpoints, in a Posthorn of its own that needs nothing but
 * Node. Exits with 0 where every event arrived and all counts agree, with 1 where not.
 */
export function createDemoCommand(): Command {
  return createCommand('demo', 'deliver events to three local endpoints; needs no settings', demo)
    .option('--events <number>', 'how many events to enqueue', wholeNumber(1, MOST_EVENTS), 1_000)
    .option('--serve', 'keep everything running after the report, until Ctrl-C');
}

async function demo(flags: DemoFlags): Promise<void> {
  const { stderr, env } = process;
  const rewrite = stderr.isTTY === true && !env.CI;
  forgetSettings(env);
  const display = createProgressDisplay({ write: (text) => stderr.write(text), rewrite });
  const { signal, aborted, restore } = abortOnSignals((reason) => {
    process.exitCode ??= reason instanceof Error ? EXIT_FAILED : SIGNAL_EXIT_CODES[reason];
  });
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
        await aborted;
      },
    });
  } catch (error) {
    if (error !== signal.reason) throw error;
    display.say('Stopped early, and removed everything.');
  } finally {
    restore();
  }
}
