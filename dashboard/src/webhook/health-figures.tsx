import type { StatsJson, WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Figure } from '../parts/layout.js';
import { rateTone } from '../parts/rate-tone.js';
import { milliseconds, number, percent, plural } from '../words.js';

/** How a webhook did in some time, in figures. */
export function HealthFigures({ webhook, stats }: { webhook: WebhookJson; stats: StatsJson }) {
  const { latencyMs } = stats;
  return (
    <dl className="figures">
      <Figure
        label="Success rate"
        value={percent(stats.successRate)}
        note={plural(stats.attempts, 'attempt')}
        tone={rateTone(stats.successRate)}
      />
      <Figure
        label="Response time"
        value={milliseconds(latencyMs.p50)}
        note={`p95 ${milliseconds(latencyMs.p95)} · p99 ${milliseconds(latencyMs.p99)}`}
      />
      <Figure
        label="Last success"
        value={<Ago at={webhook.lastSuccess} />}
        note={plural(webhook.successCount, 'success', 'successes')}
      />
      <Figure
        label="Failures in a row"
        value={number(webhook.consecutiveFailures)}
        note={webhook.lastError ?? 'no error'}
        tone={webhook.consecutiveFailures > 0 ? 'warn' : 'quiet'}
      />
    </dl>
  );
}
