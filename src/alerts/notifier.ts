import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { type RetrySchedule, retryDelayMs } from '../domain/retry-schedule.js';
import type { Metrics } from '../metrics.js';
import type { Ledger } from '../store/ledger.js';
import { claimMessages, type DueMessage, delayMessage, endMessage } from '../store/messages.js';
import { type RoutedNotice, routeNotices } from '../store/notice-routing.js';
import { type ChannelSender, LONGEST_SEND_MS } from './channel-sender.js';

/** Tells what there is to tell. */
export interface Notifier {
  /** Hands on every notice that was not yet, then sends every message that is due. */
  run(): Promise<void>;
}

/** Notices handed on in one transaction, and messages taken and sent at the same time. */
const ROUTED_AT_ONCE = 200;
const SENT_AT_ONCE = 10;

/** How long a message is left to the process that took it: longer than sending and noting it may take. */
const LEASE_MS = 2 * LONGEST_SEND_MS;

/** When a message that was not taken is tried again. */
const SCHEDULE: RetrySchedule = { baseMs: 30_000, factor: 4, capMs: 12 * 3_600_000, attempts: 8 };

/** What somebody must hear of. */
const IMPORTANT: ReadonlySet<string> = new Set([
  'webhook.warned',
  'webhook.deactivated',
  'incident.opened',
]);

export function createNotifier(options: {
  ledger: Ledger;
  sender: ChannelSender;
  settings: Pick<Settings, 'operatorAccount'>;
  metrics: Pick<Metrics, 'messageSent'>;
  clock: Clock;
  random: () => number;
  log: Logger;
}): Notifier {
  const { ledger, sender, settings, metrics, clock, random, log } = options;
  const { operatorAccount } = settings;

  async function route(): Promise<void> {
    for (;;) {
      const batch = { limit: ROUTED_AT_ONCE, now: clock(), operatorAccount };
      const routed = await routeNotices(ledger, batch);
      for (const notice of routed) tellUnheard(notice);
      if (routed.length < ROUTED_AT_ONCE) return;
    }
  }

  function tellUnheard({ id, accountId, webhookId, type, messages, deliveries }: RoutedNotice) {
    if (!IMPORTANT.has(type) || messages + deliveries > 0) return;
    log.warn(
      { noticeId: id, accountId, webhookId, type },
      'nobody hears of it: the account has no channel for it and no operational webhook',
    );
  }

  async function send(): Promise<void> {
    for (;;) {
      const batch = { limit: SENT_AT_ONCE, now: clock(), leaseMs: LEASE_MS };
      const due = await claimMessages(ledger, batch);
      await Promise.all(due.map(sendOne));
      if (due.length < SENT_AT_ONCE) return;
    }
  }

  async function sendOne(message: DueMessage): Promise<void> {
    const { id, attemptCount, kind, channelId, noticeId } = message;
    if (!message.holds) {
      await endMessage(ledger, id, { status: 'dropped', error: null, now: clock() });
      return;
    }
    const error = await sender.send(message, message).catch((thrown: unknown) => String(thrown));
    metrics.messageSent(kind, error === null);
    if (error === null) {
      await endMessage(ledger, id, { status: 'sent', error: null, now: clock() });
    } else if (attemptCount >= SCHEDULE.attempts) {
      log.error({ messageId: id, channelId, noticeId, error }, 'message given up');
      await endMessage(ledger, id, { status: 'failed', error, now: clock() });
    } else {
      const delayMs = retryDelayMs(SCHEDULE, attemptCount, null, random());
      const dueAt = new Date(clock().getTime() + delayMs);
      log.warn({ messageId: id, channelId, noticeId, error, dueAt }, 'message not taken');
      await delayMessage(ledger, id, { dueAt, error });
    }
  }

  return {
    async run() {
      await route();
      await send();
    },
  };
}
