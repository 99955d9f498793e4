import type { Command } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import { durationInWords } from '../domain/policy-text.js';
import type { VerificationMethod } from '../domain/verification.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print, table, time } from './output.js';

interface AccountFlags extends OutputFlags {
  readonly account?: string;
}

const ACCOUNT = ['--account <id>', 'the account whose webhook it is'] as const;

/** The commands of `posthorn webhook` that look after one that is registered. */
export function webhookHealthCommands(): readonly Command[] {
  return [
    createCommand('stats <id>', 'show its success rate and response times', stats)
      .option(...ACCOUNT)
      .option('--window <duration>', 'how far back', '24h')
      .option('--step <step>', 'hour by hour, or day by day'),
    createCommand('history <id>', 'show what happened to it', history).option(...ACCOUNT),
    createCommand('owed <id>', 'count what it is owed', owed).option(...ACCOUNT),
    createCommand('test <id>', 'send it a test now, and show the exchange', test).option(
      ...ACCOUNT,
    ),
    createCommand('verify <id>', 'ask its endpoint again whether it wants what it gets', verify)
      .option(...ACCOUNT)
      .option('--method <method>', 'ping, handshake, challenge or none; its own if none is named'),
  ];
}

async function stats(
  flags: AccountFlags & { readonly window: string; readonly step?: 'hour' | 'day' },
  id: string,
): Promise<void> {
  const windowMs = parseDuration(flags.window);
  if (windowMs === undefined) {
    throw new InvalidInputError(
      `--window ${JSON.stringify(flags.window)} does not fit: use a duration like 24h`,
    );
  }
  const { account: accountId, step } = flags;
  const found = await withPosthorn((posthorn) =>
    posthorn.stats.of(id, { accountId, windowMs, step }),
  );
  print(flags, found, () => {
    const { latencyMs, failuresByClass } = found;
    const classes = Object.entries(failuresByClass).map(([name, count]) => `${name} ${count}`);
    const summary = pairs([
      ['from', time(found.from)],
      ['to', time(found.to)],
      ['attempts', String(found.attempts)],
      ['success rate', percent(found.successRate)],
      ['failures', classes.join(', ') || '0'],
      ['p50, p95, p99', [latencyMs.p50, latencyMs.p95, latencyMs.p99].map(ms).join(', ')],
      ['mean', ms(latencyMs.mean)],
    ]);
    if (found.series.length === 0) return summary;
    const rows = found.series.map((one) => [
      time(one.start),
      String(one.attempts),
      percent(one.successRate),
      ms(one.latencyMs.p95),
    ]);
    return `${summary}\n\n${table(['from', 'attempts', 'success rate', 'p95'], rows)}`;
  });
}

function percent(share: number | null): string {
  return share === null ? '' : `${(share * 100).toFixed(2)} %`;
}

function ms(duration: number | null): string {
  return duration === null ? '' : `${duration} ms`;
}

async function history(flags: AccountFlags, id: string): Promise<void> {
  const page = await withPosthorn(({ webhooks }) =>
    webhooks.history(id, { accountId: flags.account, limit: 100 }),
  );
  print(flags, page, () => {
    const rows = page.data.map(({ at, type, actor, detail }) => [time(at), type, actor, detail]);
    return table(['at', 'what', 'by', 'why'], rows);
  });
}

async function owed(flags: AccountFlags, id: string): Promise<void> {
  const found = await withPosthorn(({ replays }) => replays.owed(id, { accountId: flags.account }));
  print(flags, found, () =>
    pairs([
      ['deliveries', String(found.deliveries)],
      ['oldest', time(found.oldest)],
      ['newest', time(found.newest)],
    ]),
  );
}

async function test(flags: AccountFlags, id: string): Promise<void> {
  const exchange = await withPosthorn(({ tests }) => tests.test(id, { accountId: flags.account }));
  print(flags, exchange, () => {
    const { request, response, error, durationMs } = exchange;
    const headers = (all: Readonly<Record<string, string>>) =>
      Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    const answer =
      response === null
        ? ['no answer']
        : [String(response.statusCode), ...headers(response.headers), '', response.body];
    return [
      `${request.method} ${request.url}`,
      ...headers(request.headers),
      '',
      request.body,
      '',
      ...answer,
      '',
      `${error === null ? 'ok' : `${error.class}: ${error.message}`}, after ${durationMs} ms`,
    ].join('\n');
  });
  if (!exchange.ok) process.exitCode = 1;
}

async function verify(
  flags: AccountFlags & { readonly method?: VerificationMethod },
  id: string,
): Promise<void> {
  const { account: accountId, method } = flags;
  const webhook = await withPosthorn(({ webhooks }) => webhooks.verify(id, { accountId, method }));
  print(flags, webhook, () =>
    webhook.verifiedAt === null
      ? `${id} is not verified by any method`
      : `verified by ${webhook.verification} at ${time(webhook.verifiedAt)}`,
  );
}

/** `posthorn zombies`: the webhooks that will be deactivated, and when. */
export function zombiesCommand(): Command {
  return createCommand('zombies', 'list webhooks at risk of deactivation', zombies)
    .option('--account <id>', 'of one account')
    .option('--within <duration>', 'those that will be deactivated by then')
    .option('--limit <number>', 'most of them', '100');
}

async function zombies(
  flags: AccountFlags & { readonly within?: string; readonly limit: string },
): Promise<void> {
  const withinMs = flags.within === undefined ? undefined : parseDuration(flags.within);
  const take = Number(flags.limit);
  if (flags.within !== undefined && withinMs === undefined) {
    throw new InvalidInputError(`--within ${JSON.stringify(flags.within)} does not fit: use 30d`);
  }
  if (!Number.isInteger(take) || take < 1) {
    throw new InvalidInputError(`--limit ${JSON.stringify(flags.limit)} does not fit: use 100`);
  }
  const found = await withPosthorn((posthorn) =>
    posthorn.zombies.atRisk({ accountId: flags.account, withinMs, take }),
  );
  print(flags, found, () => {
    if (found.length === 0) return 'no webhook is at risk';
    const rows = found.map((webhook) => [
      webhook.id,
      webhook.accountId,
      webhook.url,
      webhook.tier,
      webhook.zombie ? 'at the next sweep' : `in ${durationInWords(webhook.timeLeftMs)}`,
      webhook.detail,
    ]);
    return table(['id', 'account', 'url', 'tier', 'deactivated', 'why'], rows);
  });
}
