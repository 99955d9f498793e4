import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { PageJson, WebhookJson } from '../api.js';
import { useHealth } from './health.js';
import { WebhookRow } from './webhook-row.js';

const HEADS = [
  'Webhook, account and tier',
  'State',
  '24 hours',
  'Last success',
  'Failures in a row',
  'Time left',
] as const;

/** The usual height of a row, and rows that are kept ready beyond those in sight. */
const ROW_PX = 62;
const READY = 8;

/**
 * Webhooks as a table of which only the rows in sight are in the document, however many there are. It says
 * to screen readers which rows these are of how many, and keeps the row that has the focus.
 */
export function WebhookTable(props: {
  pages: readonly PageJson<WebhookJson>[];
  hasMore: boolean;
  isLoading: boolean;
  onMore: () => void;
}) {
  const { pages, hasMore, isLoading, onMore } = props;
  const rows = pages.flatMap(({ data }) => data);
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  const [focused, setFocused] = useState(-1);
  useLayoutEffect(() => setOffset(body.current?.offsetTop ?? 0), []);

  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: READY,
    scrollMargin: offset,
    getItemKey: (index) => rows[index]?.id ?? index,
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan);
      const last = Math.min(count - 1, endIndex + overscan);
      const inSight = Array.from({ length: last - first + 1 }, (_, n) => first + n);
      if (focused < 0 || focused >= count || (focused >= first && focused <= last)) return inSight;
      return [...inSight, focused].toSorted((one, other) => one - other);
    },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoading && last >= rows.length - READY * 2) onMore();
  }, [hasMore, isLoading, last, rows.length, onMore]);

  const health = useHealth(
    items.flatMap(({ index }) => rows[index]?.id ?? []),
    pages,
  );
  return (
    <>
      <table
        aria-label="Webhooks"
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        aria-busy={isLoading}
        className="rows"
      >
        <thead>
          <tr aria-rowindex={1} className="row">
            {HEADS.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        {/* Heights and places are set by script: the policy allows that, and no style in the document. */}
        <tbody ref={body} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const webhook = rows[index];
            return (
              webhook !== undefined && (
                <WebhookRow
                  key={key}
                  ref={virtual.measureElement}
                  index={index}
                  top={start - offset}
                  webhook={webhook}
                  health={health.get(webhook.id)}
                  onFocus={() => setFocused(index)}
                />
              )
            );
          })}
        </tbody>
      </table>
      <p className="more-rows muted" role="status">
        {isLoading && hasMore ? 'Loading more…' : ''}
      </p>
    </>
  );
}
