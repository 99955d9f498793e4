import { ago, time } from '../words.js';

/** A time as how long ago it was; the exact one is shown on it. */
export function Ago({ at }: { at: string | null }) {
  if (at === null) return <span className="muted">never</span>;
  return (
    <time dateTime={at} title={time(at)}>
      {ago(at)}
    </time>
  );
}
