/** The success rate of some hours, small: one bar for each, as high as its share of successes. */
export function Sparkline(props: { label: string; rates: readonly (number | null)[] }) {
  const width = 4;
  return (
    <svg
      className="sparkline"
      role="img"
      aria-label={props.label}
      viewBox={`0 0 ${Math.max(1, props.rates.length) * width} 20`}
      preserveAspectRatio="none"
    >
      {props.rates.map((rate, index) => (
        <rect
          key={index}
          x={index * width}
          width={width - 1}
          y={rate === null ? 19 : 20 - Math.max(2, rate * 20)}
          height={rate === null ? 1 : Math.max(2, rate * 20)}
          className={rate === null ? 'none' : rate >= 0.99 ? 'good' : rate >= 0.5 ? 'warn' : 'bad'}
        />
      ))}
    </svg>
  );
}
