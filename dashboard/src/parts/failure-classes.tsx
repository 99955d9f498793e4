import { number } from '../words.js';
import { Empty } from './states.js';

/** Failures by their class, the most first, as bars. */
export function FailureClasses({ classes }: { classes: Readonly<Record<string, number>> }) {
  const sorted = Object.entries(classes).toSorted(([, one], [, other]) => other - one);
  if (sorted.length === 0) return <Empty>Nothing failed.</Empty>;
  const most = Math.max(...sorted.map(([, count]) => count));
  return (
    <ul className="classes">
      {sorted.map(([name, count]) => (
        <li key={name}>
          <span>{name}</span>
          <meter min={0} max={most} value={count} aria-label={`${name}: ${number(count)}`} />
          <span className="number">{number(count)}</span>
        </li>
      ))}
    </ul>
  );
}
