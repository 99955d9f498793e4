import { useQueries } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Pending } from './states.js';

/** A question to the API, and under which name its answer is kept. */
export interface Need {
  readonly queryKey: readonly unknown[];
  readonly queryFn: () => Promise<unknown>;
}

/**
 * Shows what is inside once every answer that it begins with has come, or was refused, so that nothing moves
 * as they come in one after the other. Each part then asks again for itself.
 */
export function Together({ needs, children }: { needs: readonly Need[]; children: ReactNode }) {
  const answers = useQueries({ queries: needs.map((need) => ({ ...need, staleTime: 1_000 })) });
  const all = answers.every(({ data, error }) => data !== undefined || error !== null);
  return all ? children : <Pending error={null} />;
}
