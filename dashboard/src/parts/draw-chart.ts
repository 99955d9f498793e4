import uPlot from 'uplot';

interface Line {
  readonly label: string;
  /** A custom property of the theme, like `--plot-good`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

/** What a chart shows. */
export interface Drawing {
  /** What the axis begins and ends with. */
  readonly window: { readonly from: string; readonly to: string };
  readonly times: readonly string[];
  readonly lines: readonly Line[];
  /** Bars that stand on each other, in place of lines. */
  readonly stacked?: boolean;
  readonly format?: (value: number) => string;
}

const seconds = (iso: string) => Date.parse(iso) / 1_000;

/** Draws into an element, as large as it is and in the colours of the theme that is shown. */
export function drawChart(element: HTMLElement, drawing: Required<Drawing>): uPlot {
  const { window, times, stacked, format } = drawing;
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  // The tallest is drawn first, so that each stands in sight before what it stands on.
  const lines = stacked ? stack(drawing.lines).toReversed() : drawing.lines;
  const paths = stacked ? uPlot.paths.bars?.({ size: [0.75, 24] }) : undefined;
  return new uPlot(
    {
      width: element.clientWidth,
      height: element.clientHeight,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      scales: {
        x: { range: [seconds(window.from), seconds(window.to)] },
        y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] },
      },
      axes: [
        { ...axis, size: 28, values: (_plot, splits) => splits.map(clock(window)) },
        { ...axis, size: 60, values: (_plot, splits) => splits.map(format) },
      ],
      series: [
        {},
        ...lines.map((line) => ({
          label: line.label,
          stroke: colour(line.colour),
          width: stacked ? 0 : 2,
          points: { show: !stacked && times.length < 3 },
          ...(stacked ? { fill: colour(line.colour) } : {}),
          ...(paths === undefined ? {} : { paths }),
        })),
      ],
    },
    [times.map(seconds), ...lines.map(({ values }) => [...values])],
    element,
  );
}

/** Each line with those below it added to it. */
function stack(lines: readonly Line[]): readonly Line[] {
  const sums: number[] = [];
  return lines.map((line) => ({
    ...line,
    values: line.values.map((value, index) => {
      sums[index] = (sums[index] ?? 0) + (value ?? 0);
      return sums[index];
    }),
  }));
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

const DAY_SECONDS = 86_400;

/** Times of an axis: hours of a short one, days of a long one. */
function clock({ from, to }: Drawing['window']) {
  const format = seconds(to) - seconds(from) > 2 * DAY_SECONDS ? DAY : CLOCK;
  return (split: number) => format.format(new Date(split * 1_000));
}
