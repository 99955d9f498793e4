import { useEffect, useRef } from 'react';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type Drawing, drawChart } from './draw-chart.js';

export interface ChartProps extends Drawing {
  /** What it shows, for those who don't see it. */
  readonly summary: string;
}

/** Values over time: lines, or bars that stand on each other. */
export function Chart(props: ChartProps) {
  const ref = useRef<HTMLDivElement>(null);
  const { window, times, lines, stacked = false, format = String } = props;
  const data = JSON.stringify([window, times, lines]);

  // `data` is all that is drawn, as text.
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const draw = () => drawChart(element, { window, times, lines, stacked, format });
    let plot: uPlot = draw();
    const redraw = () => {
      plot.destroy();
      plot = draw();
    };
    const observer = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: element.clientHeight }),
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
  }, [data, stacked]);

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
