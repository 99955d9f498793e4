import { createPosthorn, type Posthorn } from '../posthorn.js';
import { type Endpoint, startEndpoints } from './endpoints.js';
import { readLedgerRecord } from './ledger-record.js';
import type { ProgressDisplay } from './progress.js';
import { type DemoReport, type Finished, makeReport } from './report.js';
import { demoSettings } from './settings.js';
import { untilSettled } from './settling.js';
import { withTeardown } from './teardown.js';
import { makeTemporaryFolder } from './temporary-folder.js';
import { enqueueEvents } from './traffic.js';

/** An endpoint and the id of the webhook that is registered for it. */
type RegisteredEndpoint = Endpoint & { readonly webhookId: string };

/** What runs while the report is shown. */
export interface RunningDemo {
  readonly dataDir: string;
  readonly databaseUrl: string;
}

/** What a run of the demo is asked for. */
export interface DemoOptions {
  /** How many events to enqueue. */
  readonly events: number;
  /** Ends the demo early, at its next step. */
  readonly signal: AbortSignal;
  readonly display: ProgressDisplay;
  /** Called with the report; all keeps running until this resolves. */
  readonly reported: (report: DemoReport, running: RunningDemo) => Promise<void>;
}

/**
 * Runs the demo: three endpoints, a Posthorn of its own in a temporary folder, and events for all of them.
 * However it ends, everything is stopped and removed then. Throws the reason of the signal where that
 * ended it, and whatever kept Posthorn from starting or working.
 */
export function runDemo({ events, signal, display, reported }: DemoOptions): Promise<void> {
  return withTeardown(async (later) => {
    const startedAt = performance.now();
    display.say('Starting an embedded PostgreSQL in a temporary folder, and three endpoints …');
    const dataDir = await makeTemporaryFolder(later);
    const endpoints = await startEndpoints(later);
    const posthorn = await createPosthorn(demoSettings(dataDir));
    later(posthorn.stop);
    signal.throwIfAborted();
    const registered = await register(posthorn, endpoints);
    await posthorn.start(['worker', 'scheduler']);
    const startMs = Math.round(performance.now() - startedAt);
    const finished = await deliver(posthorn, registered, { events, signal, display });
    const recorded = await Promise.all(
      registered.map(async (endpoint) => {
        return { ...endpoint, ledger: await readLedgerRecord(posthorn, endpoint.webhookId) };
      }),
    );
    const report = makeReport(recorded, { ...finished, startMs });
    await reported(report, { dataDir, databaseUrl: posthorn.installation.databaseUrl });
  });
}

async function register(
  posthorn: Posthorn,
  endpoints: readonly Endpoint[],
): Promise<RegisteredEndpoint[]> {
  const registered: RegisteredEndpoint[] = [];
  for (const endpoint of endpoints) {
    const { url, eventTypes, tier } = endpoint;
    const { webhook, secret } = await posthorn.webhooks.register({ url, eventTypes, tier });
    endpoint.receiver?.trust(secret);
    registered.push({ ...endpoint, webhookId: webhook.id });
  }
  return registered;
}

/** Enqueues the events and waits until nothing is left to happen. */
async function deliver(
  posthorn: Posthorn,
  endpoints: readonly RegisteredEndpoint[],
  { events, signal, display }: Pick<DemoOptions, 'events' | 'signal' | 'display'>,
): Promise<Omit<Finished, 'startMs'>> {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  const receivers = endpoints.flatMap(({ receiver }) => receiver ?? []);
  const dead = endpoints.filter(({ receiver }) => receiver === undefined);
  let enqueued = 0;

  function show(): void {
    const counts = receivers.map((receiver) => receiver.counts());
    display.show({
      enqueued,
      delivered: counts.reduce((sum, { accepted }) => sum + accepted.size, 0),
      owed: events * receivers.length,
      retries: counts.reduce((sum, { refused }) => sum + refused, 0),
      elapsedMs: elapsedMs(),
    });
  }

  display.say(`Enqueueing ${events} events for ${endpoints.length} webhooks …`);
  const eventIds = await enqueueEvents(posthorn, {
    events,
    signal,
    enqueued: (count) => {
      enqueued = count;
      show();
    },
  });
  const enqueueMs = elapsedMs();
  const settled = await untilSettled(posthorn, {
    events,
    receivers,
    deadWebhookIds: dead.map(({ webhookId }) => webhookId),
    signal,
    looked: show,
  });
  display.end();
  return { eventIds, settled, enqueueMs, deliverMs: elapsedMs() };
}
