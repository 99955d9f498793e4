import { Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { policyOf, readOverrides } from '../domain/policy.js';
import type { SignatureScheme } from '../domain/signing-secret.js';
import type { Tier } from '../domain/tier.js';
import type { VerificationMethod } from '../domain/verification.js';
import { zombieAfter } from '../domain/zombie.js';
import type { Webhook } from '../store/webhooks.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print, table, time } from './output.js';
import { webhookHealthCommands } from './webhook-health-commands.js';

interface AccountFlags extends OutputFlags {
  readonly account?: string;
}

interface AddFlags extends AccountFlags {
  readonly eventType?: string[];
  readonly tier?: Tier;
  readonly description?: string;
  readonly header?: string[];
  readonly maxInFlight?: string;
  readonly rateLimit?: string;
  readonly signatureScheme?: SignatureScheme;
  readonly override?: string[];
  readonly verification?: VerificationMethod;
  readonly operational?: boolean;
}

interface ListFlags extends AccountFlags {
  readonly active?: boolean;
  readonly inactive?: boolean;
  readonly limit?: string;
  readonly cursor?: string;
}

const ACCOUNT = ['--account <id>', 'the account whose webhook it is'] as const;

/** `posthorn webhook …` */
export function webhookCommands(): Command {
  const webhook = new Command('webhook')
    .description('register webhooks and change their state')
    .addCommand(
      createCommand('add <url>', 'register a webhook; prints its secret this once', add)
        .option(...ACCOUNT)
        .option(
          '--event-type <type...>',
          'event types it wants, like expense.*; every type if none',
        )
        .option('--tier <tier>', 'critical, standard or low')
        .option('--description <text>', 'for people')
        .option('--header <header...>', 'extra request headers, like "X-Token: abc"')
        .option('--max-in-flight <number>', 'most deliveries in flight at once')
        .option('--rate-limit <number>', 'most deliveries per second')
        .option('--signature-scheme <scheme>', 'v1 (HMAC-SHA256) or v1a (Ed25519)')
        .option('--verification <method>', 'ping, handshake, challenge or none')
        .option('--operational', 'gets Posthorn’s own notices in place of events')
        .option('--override <override...>', 'of its policy, like zombieAfter=30d'),
    )
    .addCommand(
      createCommand('list', 'list webhooks, newest first', list)
        .option(...ACCOUNT)
        .option('--active', 'only active ones')
        .option('--inactive', 'only inactive ones')
        .option('--limit <number>', 'webhooks on a page, 1 to 100')
        .option('--cursor <cursor>', 'the page after this one'),
    )
    .addCommand(createCommand('show <id>', 'show one webhook', show).option(...ACCOUNT))
    .addCommand(
      createCommand('deactivate <id>', 'stop deliveries; what is owed waits', deactivate)
        .option(...ACCOUNT)
        .option('--detail <text>', 'why, for people'),
    )
    .addCommand(
      createCommand('reactivate <id>', 'start deliveries again', reactivate)
        .option(...ACCOUNT)
        .option('--owed <choice>', 'replay or discard what was owed', 'replay'),
    );
  for (const command of webhookHealthCommands()) webhook.addCommand(command);
  return webhook;
}

async function add(flags: AddFlags, url: string): Promise<void> {
  const { webhook, secret } = await withPosthorn((posthorn) =>
    posthorn.webhooks.register({
      url,
      accountId: flags.account,
      eventTypes: flags.eventType,
      tier: flags.tier,
      signatureScheme: flags.signatureScheme,
      verification: flags.verification,
      operational: flags.operational,
      description: flags.description,
      headers:
        flags.header === undefined ? undefined : Object.fromEntries(flags.header.map(readHeader)),
      maxInFlight: flags.maxInFlight === undefined ? undefined : Number(flags.maxInFlight),
      rateLimit: flags.rateLimit === undefined ? undefined : Number(flags.rateLimit),
      overrides:
        flags.override === undefined
          ? undefined
          : Object.fromEntries(flags.override.map(readOverride)),
    }),
  );
  print(flags, { ...webhook, secret }, () =>
    pairs([
      ['id', webhook.id],
      ['secret', `${secret}  (shown this once)`],
    ]),
  );
}

function readHeader(text: string): [string, string] {
  const colon = text.indexOf(':');
  if (colon < 1) {
    throw new InvalidInputError(`header ${JSON.stringify(text)} does not fit: use "Name: value"`);
  }
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}

/** `name=value`, where the value may be a number or true or false. */
function readOverride(text: string): [string, unknown] {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new InvalidInputError(`override ${JSON.stringify(text)} does not fit: use name=value`);
  }
  const value = text.slice(equals + 1).trim();
  const isPlain = /^(\d+(\.\d+)?|true|false)$/.test(value);
  return [text.slice(0, equals).trim(), isPlain ? JSON.parse(value) : value];
}

async function list(flags: ListFlags): Promise<void> {
  const page = await withPosthorn((posthorn) =>
    posthorn.webhooks.list({
      accountId: flags.account,
      active: flags.active ? true : flags.inactive ? false : undefined,
      limit: flags.limit === undefined ? undefined : Number(flags.limit),
      cursor: flags.cursor,
    }),
  );
  print(flags, page, () => {
    if (page.data.length === 0) return 'no webhooks';
    const header = ['id', 'account', 'url', 'state', 'last success', 'failures in a row'];
    const rows = page.data.map((webhook) => [
      webhook.id,
      webhook.accountId,
      webhook.url,
      state(webhook),
      time(webhook.lastSuccess),
      String(webhook.consecutiveFailures),
    ]);
    const next = page.nextCursor === null ? '' : `\nmore: --cursor ${page.nextCursor}`;
    return table(header, rows) + next;
  });
}

async function show(flags: AccountFlags, id: string): Promise<void> {
  const { webhook, after } = await withPosthorn(async ({ webhooks, settings }) => {
    const found = await webhooks.get(id, { accountId: flags.account });
    const policy = policyOf(settings.policies[found.tier], readOverrides(found.overrides));
    return { webhook: found, after: zombieAfter(found, policy.zombieAfterMs) };
  });
  print(flags, { ...webhook, zombieAfter: after }, () =>
    after === null
      ? describe(webhook)
      : `${describe(webhook)}\n\nIt fails. Without a success it is deactivated as a zombie after ${time(after)}.`,
  );
}

async function deactivate(flags: AccountFlags & { detail?: string }, id: string): Promise<void> {
  const options = { accountId: flags.account, detail: flags.detail };
  printWebhook(flags, await withPosthorn((posthorn) => posthorn.webhooks.deactivate(id, options)));
}

async function reactivate(flags: AccountFlags & { owed: string }, id: string): Promise<void> {
  const { account: accountId, owed } = flags;
  if (owed !== 'replay' && owed !== 'discard') {
    throw new InvalidInputError(
      `--owed ${JSON.stringify(owed)} does not fit: use replay or discard`,
    );
  }
  const { webhook, deliveries } = await withPosthorn((posthorn) =>
    posthorn.webhooks.reactivate(id, { accountId, owed }),
  );
  const done = owed === 'replay' ? 'are made now' : 'were discarded';
  print(
    flags,
    { ...webhook, deliveries },
    () => `${describe(webhook)}\n\n${deliveries} owed deliveries ${done}`,
  );
}

function printWebhook(flags: OutputFlags, webhook: Webhook): void {
  print(flags, webhook, () => describe(webhook));
}

function state({ active, deactivationReason }: Webhook): string {
  return active ? 'active' : `inactive (${deactivationReason})`;
}

function limits({ maxInFlight, rateLimit }: Webhook): string {
  const inFlight = maxInFlight === null ? [] : [`${maxInFlight} in flight`];
  const rate = rateLimit === null ? [] : [`${rateLimit} per second`];
  return [...inFlight, ...rate].join(', ') || 'none of its own';
}

function overrides({ overrides: own }: Webhook): string {
  return Object.entries(own)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function signature({ signatureScheme, publicKey }: Webhook): string {
  return publicKey === null
    ? `${signatureScheme}, HMAC-SHA256`
    : `${signatureScheme}, ${publicKey}`;
}

function describe(webhook: Webhook): string {
  return pairs([
    ['id', webhook.id],
    ['account', webhook.accountId],
    ['url', webhook.url],
    ['description', webhook.description],
    ['event types', webhook.eventTypes.join(', ') || 'all'],
    ['tier', webhook.tier],
    ['state', state(webhook)],
    ...(webhook.active
      ? []
      : [
          ['since', time(webhook.deactivatedAt)] as const,
          ['why', webhook.deactivationDetail ?? ''] as const,
        ]),
    ['breaker', webhook.breaker],
    ['limits', limits(webhook)],
    ['overrides', overrides(webhook)],
    ['signature', signature(webhook)],
    ['last success', time(webhook.lastSuccess)],
    ['last failure', time(webhook.lastFailure)],
    ['last error', webhook.lastError ?? ''],
    ['successes', String(webhook.successCount)],
    ['failures', `${webhook.failureCount}, ${webhook.consecutiveFailures} in a row`],
    ['created', time(webhook.createdAt)],
  ]);
}
