import { useState } from 'react';

/** Goes through the pages of a list. */
export function usePages() {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    cursor: cursors.at(-1),
    reset: () => setCursors([]),
    controls: (nextCursor: string | null) =>
      cursors.length === 0 && nextCursor === null ? null : (
        <nav className="pager" aria-label="Pages">
          <button
            type="button"
            disabled={cursors.length === 0}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            Newer
          </button>
          <span className="muted">Page {cursors.length + 1}</span>
          <button
            type="button"
            disabled={nextCursor === null}
            onClick={() => nextCursor !== null && setCursors([...cursors, nextCursor])}
          >
            Older
          </button>
        </nav>
      ),
  };
}
