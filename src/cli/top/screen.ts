import type { WriteStream } from 'node:tty';
import type { Paint } from '../paint.js';
import type { FrameLine } from './frame.js';

/** The whole terminal, to draw on. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  draw(lines: readonly FrameLine[]): void;
  /** Gives the terminal back as it was. May be called twice. */
  close(): void;
}

// Of xterm, which every terminal of today follows: the alternate screen, the cursor, wrapping of long lines.
const OPEN = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const CLOSE = '\u001b[?7h\u001b[?25h\u001b[?1049l';

const HOME = '\u001b[H';
const ERASE_BELOW = '\u001b[J';

/**
 * Takes the terminal over. However the process ends short of a kill, it is given back, and before a fault is
 * told that nobody caught.
 *
 * @param onKey told of each key
 * @param onResize told when the terminal has another size
 */
export function openScreen(options: {
  output: WriteStream;
  input: NodeJS.ReadStream;
  paint: Paint;
  onKey: (key: string) => void;
  onResize: () => void;
}): Screen {
  const { output, input, paint, onKey, onResize } = options;
  let open = true;

  function close(): void {
    if (!open) return;
    open = false;
    process.off('exit', close).off('uncaughtExceptionMonitor', close);
    output.off('resize', onResize);
    input.off('data', onKey);
    if (input.isTTY) input.setRawMode(false);
    input.pause();
    output.write(CLOSE);
  }

  process.on('exit', close).on('uncaughtExceptionMonitor', close);
  output.write(OPEN);
  output.on('resize', onResize);
  if (input.isTTY) input.setRawMode(true);
  input.setEncoding('utf8').on('data', onKey);

  return {
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
    draw(lines) {
      if (!open) return;
      const painted = lines.map(({ text, colour }) => {
        // Written over with blanks: to erase the rest of a full line would take its last character.
        const line = text.padEnd(output.columns);
        return colour === undefined ? line : paint(colour, line);
      });
      // In one write, over what is there: nothing is blank in between.
      output.write(HOME + painted.join('\r\n') + ERASE_BELOW);
    },
    close,
  };
}
