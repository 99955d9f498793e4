import type { Process } from '../../store/processes.js';
import type { Overview } from '../../webhooks/overview.js';
import { pairs, printable } from '../output.js';
import { overviewFigures, worstTable } from '../overview-text.js';
import type { Colour } from '../paint.js';

/** What is shown. */
export interface TopState {
  readonly overview: Overview;
  readonly processes: readonly Process[];
}

/** A line of the screen, in one colour. */
export interface FrameLine {
  readonly text: string;
  readonly colour?: Colour;
}

/**
 * The lines of the screen, at most as many and as wide as it is.
 *
 * @param fault why the state could not be read anew; it is then the last one that could
 */
export function topFrame(
  state: TopState | undefined,
  { columns, rows, fault }: { columns: number; rows: number; fault: string | undefined },
): readonly FrameLine[] {
  const title = 'posthorn top';
  const at = state === undefined ? '' : state.overview.at.toISOString();
  const end = `${at}  q quits`;
  const lines: FrameLine[] = [
    {
      text: title + end.padStart(Math.max(end.length + 2, columns - title.length)),
      colour: 'bold',
    },
    fault === undefined ? { text: '' } : { text: `can't be read now: ${fault}`, colour: 'red' },
    ...(state === undefined ? [{ text: 'reading …' }] : stateLines(state)),
  ];
  return lines.slice(0, rows).map((line) => ({ ...line, text: cut(line.text, columns) }));
}

/** The same for where there is no screen to draw on. */
export function topText(state: TopState): string {
  return stateLines(state)
    .map(({ text }) => text)
    .join('\n');
}

function stateLines({ overview, processes }: TopState): FrameLine[] {
  const alive = processes.filter((process) => process.alive);
  const inFlight = alive.reduce((sum, process) => sum + process.inFlight, 0);
  const figures = pairs([
    ...overviewFigures(overview),
    ['processes', alive.length === 0 ? 'none seen' : `${rolesOf(alive)}; ${inFlight} in flight`],
  ]);
  const [header = '', ...worst] =
    overview.worst.length === 0 ? [] : worstTable(overview).split('\n');
  return [
    ...figures.split('\n').map((text) => ({ text })),
    { text: '' },
    worst.length === 0
      ? { text: 'no webhook failed in two hours', colour: 'green' }
      : { text: header, colour: 'dim' },
    ...worst.map((text): FrameLine => ({ text, colour: 'yellow' })),
  ];
}

/** Like `2 worker, 1 api`. */
function rolesOf(processes: readonly Process[]): string {
  const counts = new Map<string, number>();
  for (const role of processes.flatMap(({ roles }) => roles)) {
    counts.set(role, (counts.get(role) ?? 0) + 1);
  }
  return [...counts].map(([role, count]) => `${count} ${role}`).join(', ');
}

/** As much of a line as fits. */
function cut(text: string, columns: number): string {
  const line = printable(text);
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}
