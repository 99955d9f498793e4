import type { ReactNode } from 'react';
import { Problem } from '../api.js';

/** What a query has to show before it has data. */
export function Pending({ error }: { error: Error | null }) {
  if (error === null) return <p className="pending">Loading…</p>;
  return <Fault error={error} />;
}

export function Fault({ error }: { error: Error }) {
  return (
    <p className="fault" role="alert">
      {error.message}
      {error instanceof Problem && error.hint !== undefined && ` — ${error.hint}`}
    </p>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}
