import { Badge } from '../parts/layout.js';
import { duration, time } from '../words.js';

/** Less than this left is an alarm. */
const SOON_MS = 7 * 86_400_000;

/** How long a webhook has before it is deactivated, if it does not succeed before. */
export function TimeLeft({ deactivatesAt }: { deactivatesAt: string | null | undefined }) {
  if (deactivatesAt == null) return <span className="muted">–</span>;
  const leftMs = Date.parse(deactivatesAt) - Date.now();
  return (
    <span title={time(deactivatesAt)}>
      <Badge tone={leftMs < SOON_MS ? 'bad' : 'warn'}>
        {leftMs <= 0 ? 'none' : duration(leftMs)}
      </Badge>
    </span>
  );
}
