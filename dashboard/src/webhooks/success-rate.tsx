import { useQuery } from '@tanstack/react-query';
import { call, type StatsJson } from '../api.js';
import { Sparkline } from '../parts/sparkline.js';
import { percent } from '../words.js';

const HOUR_MS = 3_600_000;

/** The success rate of the last day, hour by hour. */
export function SuccessRate({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ['stats', id, '24h', 'hour'],
    queryFn: () => call<StatsJson>('GET', `/v1/webhooks/${id}/stats?window=24h&step=hour`),
    refetchInterval: 60_000,
    staleTime: 30_000,
  });
  const byStart = new Map(data?.series.map((hour) => [Date.parse(hour.start), hour.successRate]));
  const last = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const rates = Array.from(
    { length: 24 },
    (_, n) => byStart.get(last - (23 - n) * HOUR_MS) ?? null,
  );
  const text = percent(data?.successRate ?? null);
  return (
    <span className="rate">
      <Sparkline label={`Success rate of 24 hours: ${text}`} rates={rates} />
      <span className="number">{text}</span>
    </span>
  );
}
