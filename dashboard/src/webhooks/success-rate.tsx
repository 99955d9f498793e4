import type { HealthJson } from '../api.js';
import { Sparkline } from '../parts/sparkline.js';
import { percent } from '../words.js';

const HOUR_MS = 3_600_000;

/** The success rate of the last day, hour by hour. Its place is kept while there is nothing to show yet. */
export function SuccessRate({ health }: { health: HealthJson | undefined }) {
  const rates = new Map(
    health?.hours.map(({ start, successes, failures }) => [
      Date.parse(start),
      successes / (successes + failures),
    ]),
  );
  const last = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: 24 }, (_, n) => rates.get(last - (23 - n) * HOUR_MS) ?? null);
  const text = percent(health?.successRate ?? null);
  return (
    <span className="rate">
      <Sparkline label={`Success rate of 24 hours: ${text}`} rates={hours} />
      <span className="number">{text}</span>
    </span>
  );
}
