import type { DryRun } from '../alerts/dry-run.js';
import type { AlertRule } from '../store/alert-rules.js';
import { pairs, table, time } from './output.js';

/** What a rule would have said, for people. */
export function describeDryRun({
  from,
  to,
  possible,
  webhooks,
  fired,
  subjects,
  notes,
}: DryRun): string {
  if (!possible) return notes.join('\n');
  const rows = subjects.flatMap(({ webhookId, url, incidents }) =>
    incidents.map(({ openedAt, resolvedAt, value }) => [
      webhookId ?? 'the account',
      url ?? '',
      time(openedAt),
      resolvedAt === null ? 'still open' : time(resolvedAt),
      String(+value.toFixed(4)),
    ]),
  );
  const count = `would have fired for ${fired} (${webhooks} webhooks looked at, ${time(from)} to ${time(to)})`;
  const header = ['webhook', 'url', 'opened', 'resolved', 'value'];
  return [...(rows.length > 0 ? [table(header, rows)] : []), count, ...notes].join('\n');
}

/** When a rule fires, in a few words. */
export function condition({ metric, comparison, threshold, window }: AlertRule): string {
  return `${metric} ${comparison} ${threshold} over ${window}`;
}

/** All of an alert rule that people look for, a line each. */
export function describeRule(rule: AlertRule): string {
  const { scope, quietHours: quiet } = rule;
  const named = Object.entries(scope).map(([name, value]) => `${name} ${value}`);
  return pairs([
    ['id', rule.id],
    ['account', rule.accountId],
    ['name', rule.name],
    ['fires', condition(rule)],
    ['resolves at', String(rule.resolveAt ?? rule.threshold)],
    ['minimum', `${rule.minimum} attempts`],
    ['looks at', named.join(', ') || 'every webhook'],
    ['channels', rule.channelIds.join(', ') || 'every channel'],
    ['cooldown', rule.cooldown],
    ['quiet', quiet === null ? 'never' : `${quiet.from}-${quiet.to} (${quiet.timeZone})`],
    ['state', rule.enabled ? 'enabled' : 'disabled'],
  ]);
}
