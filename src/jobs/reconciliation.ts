import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { type Finding, INVARIANTS, type Invariant } from '../domain/invariant.js';
import { MAX_RETRY_AFTER_MS } from '../domain/retry-after.js';
import { TIERS } from '../domain/tier.js';
import type { Metrics } from '../metrics.js';
import type { Ledger } from '../store/ledger.js';
import { oldestDay } from '../store/partitions.js';
import { reconcileCounters } from '../store/reconcile-counters.js';
import {
  type EventWindow,
  reconcileAttempts,
  reconcileDuplicates,
  reconcileFanOut,
  reconcileLostEvents,
} from '../store/reconcile-events.js';
import {
  longestOwnCapMs,
  readTime,
  reconcileFarOff,
  reconcileOverdue,
  reconcileParked,
} from '../store/reconcile-pending.js';

/** What a reconciliation found. */
export interface ReconciliationReport {
  readonly at: Date;
  /** Events from here on were looked at; what is pending, whatever its age. */
  readonly since: Date;
  readonly durationMs: number;
  /** Webhooks whose counters were looked at. */
  readonly webhooks: number;
  /** True where every invariant held. */
  readonly ok: boolean;
  /** One for each invariant, those that held included. */
  readonly findings: readonly Finding[];
}

export interface ReconcileOptions {
  /** How far back events are looked at, in milliseconds; 24 hours where left out. */
  readonly sinceMs?: number | undefined;
  /** Only say what is wrong. */
  readonly dryRun?: boolean | undefined;
}

/** Proves the ledger's invariants, and mends what can be mended. */
export interface Reconciliation {
  /** Looks at all webhooks, and at all events since a time. */
  run(options?: ReconcileOptions): Promise<ReconciliationReport>;
  /** Looks at the last events, and at some webhooks more each time: what the repeatable job does. */
  runNext(): Promise<ReconciliationReport>;
}

const HOUR_MS = 3_600_000;

/** Times that are off by less than this are borne with. */
const CLOCKS_DIFFER_MS = HOUR_MS;
const DEFAULT_SINCE_MS = 24 * HOUR_MS;

/** How far back a run of the repeatable job looks: three times its period, so that one may fail. */
const RECENT_MS = 15 * 60_000;

/** How long something may be due and not taken before it counts as overdue. */
const OVERDUE_MS = 5 * 60_000;

/** How long a webhook must have stood as it is, for an event to be expected at it: clocks differ. */
const STEADY_MS = 5 * 60_000;

/** Webhooks whose counters are looked at in one statement, and attempts past which the job leaves one out. */
const COUNTER_PAGE = 200;
const MOST_ATTEMPTS = 20_000;

export function createReconciliation(options: {
  ledger: Ledger;
  settings: Pick<Settings, 'policies' | 'queueLease' | 'breakerPauseCap' | 'timeout'>;
  metrics: Pick<Metrics, 'reconciled'>;
  clock: Clock;
  log: Logger;
}): Reconciliation {
  const { ledger, settings, metrics, clock, log } = options;
  const policies = TIERS.map((tier) => settings.policies[tier]);
  const longestCapMs = Math.max(...policies.map(({ retry }) => retry.capMs));
  const retentionMs = Math.max(...policies.map((policy) => policy.retentionMs));
  const longestPauseMs = settings.breakerPauseCap * 1.1 + settings.timeout + CLOCKS_DIFFER_MS;
  let lastWebhook = '';

  async function checkWindow(window: EventWindow, now: Date, mend: boolean): Promise<Finding[]> {
    return [
      await reconcileFanOut(ledger, window, { steadyMs: STEADY_MS, now, mend }),
      await reconcileDuplicates(ledger, window),
      await reconcileLostEvents(ledger, window, { now, mend }),
      await reconcileAttempts(ledger, window, now),
    ];
  }

  /** Not before the days that are kept whole: of what was dropped nothing is missing. */
  async function sinceKept(since: Date, now: Date): Promise<Date> {
    const days = await Promise.all([
      oldestDay(ledger, 'deliveries'),
      oldestDay(ledger, 'attempts'),
    ]);
    const kept = new Date(now.getTime() - retentionMs);
    const times = [since, kept, ...days].flatMap((day) =>
      day === undefined ? [] : [day.getTime()],
    );
    return new Date(Math.max(...times));
  }

  async function checkPending(now: Date, mend: boolean): Promise<Finding[]> {
    const pending = { now, overdueMs: OVERDUE_MS, mend };
    // To a machine whose clock is behind, all that is right is far off.
    const behindMs = (await readTime(ledger)).getTime() - now.getTime();
    const trusted = behindMs < CLOCKS_DIFFER_MS;
    if (!trusted) log.error({ behindMs }, "this machine's clock is behind the database's");
    const capMs = Math.max(longestCapMs, await longestOwnCapMs(ledger));
    // With its jitter, and with what clocks may differ.
    const longestDelayMs =
      Math.max(capMs * 1.2, MAX_RETRY_AFTER_MS) + settings.queueLease + CLOCKS_DIFFER_MS;
    const farOff = { ...pending, mend: mend && trusted, longestDelayMs, longestPauseMs };
    return [
      ...(await reconcileFarOff(ledger, farOff)),
      ...(await reconcileParked(ledger, pending)),
      ...(await reconcileOverdue(ledger, pending)),
    ];
  }

  async function reconcile(
    sinceMs: number,
    mend: boolean,
    counters: () => Promise<{ findings: Finding[]; webhooks: number }>,
  ): Promise<ReconciliationReport> {
    const at = clock();
    const began = performance.now();
    const since = await sinceKept(new Date(at.getTime() - sinceMs), at);
    const findings = await checkPending(at, mend);
    for (const window of hoursOf(since, at))
      findings.push(...(await checkWindow(window, at, mend)));
    const counted = await counters();
    const all = sum([...findings, ...counted.findings]);
    tell(log, all);
    metrics.reconciled(all, at);
    return {
      at,
      since,
      durationMs: Math.round(performance.now() - began),
      webhooks: counted.webhooks,
      ok: all.every(({ found }) => found === 0),
      findings: all,
    };
  }

  async function countAll(mend: boolean) {
    const findings: Finding[] = [];
    let webhooks = 0;
    for (let after: string | null = ''; after !== null; ) {
      const limits = { limit: COUNTER_PAGE, mostAttempts: Number.MAX_SAFE_INTEGER };
      const page = await reconcileCounters(ledger, { after, ...limits, mend });
      findings.push(page.finding);
      webhooks += page.checked;
      after = page.next;
    }
    return { findings, webhooks };
  }

  async function countNext() {
    const limits = { limit: COUNTER_PAGE, mostAttempts: MOST_ATTEMPTS };
    const page = await reconcileCounters(ledger, { after: lastWebhook, ...limits, mend: true });
    lastWebhook = page.next ?? '';
    return { findings: [page.finding], webhooks: page.checked };
  }

  return {
    run: ({ sinceMs = DEFAULT_SINCE_MS, dryRun = false } = {}) =>
      reconcile(sinceMs, !dryRun, () => countAll(!dryRun)),
    runNext: () => reconcile(RECENT_MS, true, countNext),
  };
}

/** The time in pieces of an hour, so that no statement reads much more than another. */
function hoursOf(from: Date, to: Date): EventWindow[] {
  const windows: EventWindow[] = [];
  for (let start = from.getTime(); start < to.getTime(); start += HOUR_MS) {
    const end = Math.min(start + HOUR_MS, to.getTime());
    windows.push({ from: new Date(start), to: new Date(end) });
  }
  return windows;
}

/** One finding for each invariant. */
function sum(findings: readonly Finding[]): Finding[] {
  return (Object.keys(INVARIANTS) as Invariant[]).map((invariant) => {
    const own = findings.filter((finding) => finding.invariant === invariant);
    return {
      invariant,
      found: own.reduce((total, { found }) => total + found, 0),
      mended: own.reduce((total, { mended }) => total + mended, 0),
      examples: own.flatMap(({ examples }) => examples).slice(0, 10),
    };
  });
}

function tell(log: Logger, findings: readonly Finding[]): void {
  for (const { invariant, found, mended, examples } of findings) {
    if (found === 0) continue;
    log.error({ invariant, found, mended, examples }, INVARIANTS[invariant]);
  }
}
