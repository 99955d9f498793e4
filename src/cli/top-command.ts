import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Posthorn } from '../posthorn.js';
import { type Abortion, abortOnSignals } from './abort-on-signals.js';
import { createCommand, withPosthorn } from './command.js';
import type { AccountFlags } from './list-options.js';
import { wholeNumber } from './option-values.js';
import { print } from './output.js';
import { createPaint } from './paint.js';
import { type TopState, topFrame, topText } from './top/frame.js';
import { openScreen } from './top/screen.js';

interface TopFlags extends AccountFlags {
  readonly interval: number;
}

/** What a terminal in raw mode sends for Ctrl-C. */
const CTRL_C = '\u0003';

/** `posthorn top`: how all webhooks are, live. Prints it once where stdout is no terminal. */
export function topCommand(): Command {
  return createCommand('top', 'watch how all webhooks are, live', top)
    .option('--account <id>', 'of one account')
    .option('--interval <seconds>', 'how often it is read anew', wholeNumber(1, 3_600), 2);
}

async function top(flags: TopFlags): Promise<void> {
  if (flags.json || !process.stdout.isTTY) {
    const state = await withPosthorn((posthorn) => read(posthorn, flags));
    print(flags, state, () => topText(state));
    return;
  }
  const abortion = abortOnSignals();
  try {
    // What were logged would be drawn over.
    await withPosthorn((posthorn) => watch(posthorn, flags, abortion), { logLevel: 'silent' });
  } finally {
    abortion.restore();
  }
}

async function read({ overview, processes }: Posthorn, flags: TopFlags): Promise<TopState> {
  const [figures, list] = await Promise.all([
    overview.read({ accountId: flags.account }),
    processes.list(),
  ]);
  return { overview: figures, processes: list };
}

/** Draws what there is, again and again, until a key or a signal ends it. */
async function watch(
  posthorn: Posthorn,
  flags: TopFlags,
  { signal, abort }: Abortion,
): Promise<void> {
  let state: TopState | undefined;
  let fault: string | undefined;
  const draw = () => {
    const { columns, rows } = screen;
    screen.draw(topFrame(state, { columns, rows, fault }));
  };
  const screen = openScreen({
    output: process.stdout,
    input: process.stdin,
    paint: createPaint(process.stdout),
    onKey: (key) => {
      if (key === 'q' || key === CTRL_C) abort();
    },
    onResize: draw,
  });
  try {
    draw();
    while (!signal.aborted) {
      try {
        state = await read(posthorn, flags);
        fault = undefined;
      } catch (error) {
        fault = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
      }
      draw();
      await sleep(flags.interval * 1_000, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    screen.close();
  }
}
