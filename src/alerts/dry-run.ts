import {
  type PastCounts,
  type PastIncident,
  replayCounts,
  replayStates,
} from '../domain/alert-replay.js';
import { type Condition, METRIC_UNIT_MS } from '../domain/alert-rule.js';
import { InvalidInputError } from '../domain/errors.js';
import { mergeHistograms } from '../domain/histogram.js';
import { SPANS, spanStart } from '../domain/stats.js';
import {
  type ByWebhook,
  type CoveredWebhook,
  listCovered,
  readFailureRuns,
  readOpenBreakers,
  readPastCounts,
  readPastExhausted,
} from '../store/alert-history.js';
import type { RuleColumns } from '../store/alert-rules.js';
import type { Ledger } from '../store/ledger.js';
import { readMark } from '../store/stats.js';
import { type Reach, reachOf, whyImpossible } from './dry-run-reach.js';

/** How far back a dry run looks. */
export interface DryRunOptions {
  /** 1 to 30; 7 where left out. */
  readonly days?: number | undefined;
}

/** What a rule would have found. */
export interface DryRun {
  /** The time that was looked at. */
  readonly from: Date;
  readonly to: Date;
  /** False where this rule can't be looked at in the past; `notes` say why. */
  readonly possible: boolean;
  /** Active webhooks that were looked at. */
  readonly webhooks: number;
  /** How many of them it would have fired for; of a whole account at most 1. */
  readonly fired: number;
  /** The first 100 of those, with their first 100 incidents each. */
  readonly subjects: readonly DryRunSubject[];
  /** What was not looked at, or not exactly, in a sentence each. */
  readonly notes: readonly string[];
}

export interface DryRunSubject {
  /** Null for a whole account. */
  readonly webhookId: string | null;
  readonly url: string | null;
  readonly incidents: readonly PastIncident[];
}

const DAY_MS = 86_400_000;

/** Longer than anything lasts. */
const NEVER_MS = 1e12;

const WEBHOOKS_AT_ONCE = 50;
const MOST_WEBHOOKS = 10_000;
const MOST_SHOWN = 100;

/**
 * Says which webhooks a rule would have fired for. Success rates, latencies and exhausted deliveries are looked
 * at as their window slides over what was counted; failures in a row and times since the last success as
 * their attempts tell; an open breaker as the webhook's history does.
 */
export async function dryRun(
  options: {
    ledger: Ledger;
    now: Date;
    accountId: string;
    rule: RuleColumns;
  },
  { days = 7 }: DryRunOptions = {},
): Promise<DryRun> {
  const { ledger, now, accountId, rule } = options;
  if (!Number.isInteger(days) || days < 1 || days > 30) {
    throw new InvalidInputError('days: not a whole number from 1 to 30', {
      details: { days: 'not a whole number from 1 to 30' },
    });
  }
  const condition = { ...rule, windowMs: Number(rule.windowMs) } as Condition;
  const notes: string[] = [];
  const asked = { from: new Date(now.getTime() - days * DAY_MS), to: now };
  const impossible = whyImpossible(condition, rule.wholeAccount);
  if (impossible !== undefined) {
    const nothing = { possible: false, webhooks: 0, fired: 0, subjects: [] };
    return { ...asked, ...nothing, notes: [impossible] };
  }
  const time = reachOf(condition, asked, await readMark(ledger, 'rollup'), notes);
  const found: DryRunSubject[] = [];
  const whole: PastCounts[] = [];
  let webhooks = 0;
  let fired = 0;

  function take(webhook: CoveredWebhook | null, incidents: readonly PastIncident[]): void {
    if (incidents.length === 0) return;
    fired += 1;
    if (found.length === MOST_SHOWN) return;
    const { id: webhookId = null, url = null } = webhook ?? {};
    found.push({ webhookId, url, incidents: incidents.slice(0, MOST_SHOWN) });
  }

  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: CoveredWebhook[] = await listCovered(ledger, accountId, rule, {
      after,
      take: WEBHOOKS_AT_ONCE,
    });
    const ids = page.map(({ id }) => id);
    webhooks += page.length;
    if (rule.wholeAccount) {
      const counts = await readCounts(ledger, condition, ids, time);
      mergeInto(whole, [...counts.values()].flat());
    } else {
      const incidents = await readIncidents(ledger, condition, ids, time);
      for (const webhook of page) take(webhook, incidents(webhook.id));
    }
    after = page.length < WEBHOOKS_AT_ONCE ? undefined : page.at(-1)?.id;
    if (after !== undefined && webhooks >= MOST_WEBHOOKS) {
      notes.push(`Only the first ${webhooks} webhooks were looked at.`);
      after = undefined;
    }
  }
  if (rule.wholeAccount) take(null, replayCounts(condition, whole, time));
  const { from, to } = time;
  return { from, to, possible: true, webhooks, fired, subjects: found, notes };
}

function readCounts(
  ledger: Ledger,
  { metric, windowMs }: Condition,
  ids: readonly string[],
  { from, to, fineFrom }: Reach,
): Promise<ByWebhook<PastCounts>> {
  const begin = new Date(from.getTime() - windowMs);
  return metric === 'exhaustedDeliveries'
    ? readPastExhausted(ledger, ids, { from: begin, to })
    : readPastCounts(ledger, ids, { from: spanStart(begin, SPANS.hour), to, fineFrom });
}

/** The incidents of these webhooks, by webhook; where states are read, the first `MOST_SHOWN` of each. */
async function readIncidents(
  ledger: Ledger,
  condition: Condition,
  ids: readonly string[],
  time: Reach,
): Promise<(webhookId: string) => readonly PastIncident[]> {
  const { metric, threshold } = condition;
  const unitMs = METRIC_UNIT_MS[metric] ?? 1;
  const longest = { ms: threshold * unitMs, unitMs };
  switch (metric) {
    case 'consecutiveFailures': {
      const length = Math.floor(threshold) + 1;
      const wanted = { length, lastingMs: NEVER_MS, most: MOST_SHOWN };
      const runs = await readFailureRuns(ledger, ids, time, wanted);
      return (id) =>
        (runs.get(id) ?? []).flatMap(({ reached, until }) =>
          reached === null ? [] : [{ openedAt: reached, resolvedAt: until, value: length }],
        );
    }
    case 'timeSinceLastSuccess': {
      const wanted = { length: 0, lastingMs: longest.ms, most: MOST_SHOWN };
      const runs = await readFailureRuns(ledger, ids, time, wanted);
      return (id) =>
        replayStates(
          (runs.get(id) ?? []).map(({ success, first, until }) => ({
            since: success ?? time.from,
            from: first,
            until,
          })),
          longest,
          time,
        );
    }
    case 'breakerOpen': {
      const wanted = { lastingMs: longest.ms, most: MOST_SHOWN };
      const states = await readOpenBreakers(ledger, ids, time, wanted);
      return (id) => replayStates(states.get(id) ?? [], longest, time);
    }
    default: {
      const counts = await readCounts(ledger, condition, ids, time);
      return (id) => replayCounts(condition, counts.get(id) ?? [], time);
    }
  }
}

/** Adds what was counted of several webhooks up, end by end, into a list in the order of time. */
function mergeInto(whole: PastCounts[], counts: readonly PastCounts[]): void {
  const byEnd = new Map(whole.map((one) => [one.end.getTime(), one]));
  for (const one of counts) {
    const before = byEnd.get(one.end.getTime());
    byEnd.set(one.end.getTime(), before === undefined ? one : sum(before, one));
  }
  const ordered = [...byEnd.values()].toSorted((one, other) => +one.end - +other.end);
  whole.splice(0, whole.length, ...ordered);
}

function sum(one: PastCounts, other: PastCounts): PastCounts {
  return {
    end: one.end,
    successes: one.successes + other.successes,
    failures: one.failures + other.failures,
    exhausted: one.exhausted + other.exhausted,
    ...mergeHistograms([one, other]),
  };
}
