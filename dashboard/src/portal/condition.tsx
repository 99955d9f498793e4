import { useQuery } from '@tanstack/react-query';
import { type AtRiskJson, call, type PageJson, type WebhookJson } from '../api.js';
import { Badge, type Tone } from '../parts/layout.js';
import { ago, duration, plural } from '../words.js';

/** How a webhook is, in words that need no explanation. */
export interface Condition {
  readonly tone: Tone;
  readonly word: string;
  /** What it means, and what happens next. */
  readonly sentence: string;
}

const REASONS = {
  owner: 'It was deactivated.',
  gone: 'Its endpoint answered 410 Gone, which asks to be sent nothing more.',
  zombie: 'It was deactivated, because no delivery succeeded for too long.',
} as const;

export function conditionOf(webhook: WebhookJson): Condition {
  if (!webhook.active) {
    const why = REASONS[webhook.deactivationReason ?? 'owner'];
    const sentence = `${why} Nothing is sent; what comes meanwhile waits until you reactivate it.`;
    return { tone: 'quiet', word: 'Inactive', sentence };
  }
  if (webhook.failingSince !== null) {
    const since = `${plural(webhook.consecutiveFailures, 'attempt')} in a row failed, the first ${ago(webhook.failingSince)}.`;
    return webhook.breaker === 'closed'
      ? { tone: 'warn', word: 'Failing', sentence: `${since} Failed deliveries are tried again.` }
      : {
          tone: 'bad',
          word: 'On hold',
          sentence: `${since} Deliveries wait, and one at a time is tried. All go on once your endpoint answers with a 2xx.`,
        };
  }
  return webhook.lastSuccess === null
    ? { tone: 'quiet', word: 'New', sentence: 'Nothing was delivered yet. Send a test to try it.' }
    : { tone: 'good', word: 'Healthy', sentence: 'Deliveries arrive.' };
}

/** How a webhook is, in a word. */
export function ConditionBadge({ webhook }: { webhook: WebhookJson }) {
  const { tone, word } = conditionOf(webhook);
  return <Badge tone={tone}>{word}</Badge>;
}

/** When a webhook that fails will be deactivated; undefined where that is not in sight. */
export function useDeactivation(id: string): AtRiskJson | undefined {
  const { data } = useQuery({
    queryKey: ['at-risk'],
    queryFn: () => call<PageJson<AtRiskJson>>('GET', '/v1/zombies?within=3650d&limit=100'),
    refetchInterval: 60_000,
  });
  return data?.data.find((each) => each.id === id);
}

/** How a webhook is, in sentences. */
export function ConditionNote({ webhook }: { webhook: WebhookJson }) {
  const { tone, sentence } = conditionOf(webhook);
  const risk = useDeactivation(webhook.id);
  return (
    <div className={`condition ${tone}`} role="status">
      <p>{sentence}</p>
      {!webhook.active && webhook.deactivationReason === 'owner' && webhook.deactivationDetail && (
        <p>Why: {webhook.deactivationDetail}</p>
      )}
      {webhook.active && webhook.lastError !== null && webhook.failingSince !== null && (
        <p>Last error: {webhook.lastError}</p>
      )}
      {webhook.active && risk !== undefined && (
        <p>
          {risk.timeLeftMs > 0
            ? `If none succeeds, it will be deactivated in ${duration(risk.timeLeftMs)}.`
            : 'It is about to be deactivated, because nothing succeeded for too long.'}
        </p>
      )}
    </div>
  );
}
