import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

interface Line {
  readonly label: string;
  /** A custom property of the theme, like `--good`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  summary: string;
  /** What the axis begins and ends with. */
  window: { readonly from: string; readonly to: string };
  times: readonly string[];
  lines: readonly Line[];
  bars?: boolean;
  format?: (value: number) => string;
}

/** Values over time. What it shows is also said in `summary`, for those who don't see it. */
export function Chart(props: ChartProps) {
  const ref = useRef<HTMLDivElement>(null);
  const { window, times, lines, bars = false, format = String } = props;
  const data = JSON.stringify([window, times, lines]);

  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const draw = () => drawInto(element, { window, times, lines, bars, format });
    let plot = draw();
    const redraw = () => {
      plot.destroy();
      plot = draw();
    };
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    observer.observe(element);
    const themes = new MutationObserver(redraw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', redraw);
    return () => {
      observer.disconnect();
      themes.disconnect();
      dark.removeEventListener('change', redraw);
      plot.destroy();
    };
  }, [data, bars]);

  return (
    <figure className="chart">
      <div ref={ref} role="img" aria-label={props.summary} />
      <figcaption>
        {lines.map(({ label, colour }) => (
          <span key={label} className={`key ${colour.slice(2)}`}>
            {label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

const HEIGHT = 180;

const seconds = (iso: string) => Date.parse(iso) / 1_000;

function drawInto(
  element: HTMLElement,
  drawing: Required<Pick<ChartProps, 'window' | 'times' | 'lines' | 'bars' | 'format'>>,
): uPlot {
  const { window, times, lines, bars, format } = drawing;
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const paths = bars ? uPlot.paths.bars?.({ size: [0.7, 24] }) : undefined;
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { range: [seconds(window.from), seconds(window.to)] },
        y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] },
      },
      axes: [axis, { ...axis, size: 64, values: (_plot, splits) => splits.map(format) }],
      series: [
        {},
        ...lines.map((line) => ({
          label: line.label,
          stroke: colour(line.colour),
          width: bars ? 0 : 2,
          points: { show: !bars && times.length < 3 },
          ...(bars ? { fill: colour(line.colour) } : {}),
          ...(paths === undefined ? {} : { paths }),
        })),
      ],
    },
    [times.map(seconds), ...lines.map(({ values }) => [...values])],
    element,
  );
}
