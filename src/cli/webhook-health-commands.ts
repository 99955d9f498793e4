import { type Command, Option } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import { VERIFICATION_METHODS, type VerificationMethod } from '../domain/verification.js';
import { ATTEMPT_HEADER, attemptRow } from './attempt-text.js';
import { createCommand, withPosthorn } from './command.js';
import { exchangeText } from './exchange-text.js';
import {
  type AccountFlags,
  type ListFlags,
  pageRequest,
  printPage,
  withPage,
} from './list-options.js';
import { milliseconds, pairs, percent, print, table, time } from './output.js';

const WHOSE = { account: 'the account whose webhook it is' } as const;
const ACCOUNT = ['--account <id>', WHOSE.account] as const;

/** The commands of `posthorn webhook` that look after one that is registered. */
export function webhookHealthCommands(): readonly Command[] {
  return [
    createCommand('stats <id>', 'show its success rate and response times', stats)
      .option(...ACCOUNT)
      .option('--window <duration>', 'how far back', '24h')
      .addOption(
        new Option('--step <step>', 'hour by hour, or day by day').choices(['hour', 'day']),
      ),
    withPage(createCommand('attempts <id>', 'list its attempts, newest first', attempts), WHOSE),
    withPage(createCommand('history <id>', 'show what happened to it', history), WHOSE),
    createCommand('owed <id>', 'count what it is owed', owed).option(...ACCOUNT),
    createCommand('test <id>', 'send it a test now, and show the exchange', test).option(
      ...ACCOUNT,
    ),
    createCommand('verify <id>', 'ask its endpoint again whether it wants what it gets', verify)
      .option(...ACCOUNT)
      .addOption(
        new Option('--method <method>', 'how; its own if none is named').choices(
          VERIFICATION_METHODS,
        ),
      ),
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
      ['p50, p95, p99', [latencyMs.p50, latencyMs.p95, latencyMs.p99].map(milliseconds).join(', ')],
      ['mean', milliseconds(latencyMs.mean)],
    ]);
    if (found.series.length === 0) return summary;
    const rows = found.series.map((one) => [
      time(one.start),
      String(one.attempts),
      percent(one.successRate),
      milliseconds(one.latencyMs.p95),
    ]);
    return `${summary}\n\n${table(['from', 'attempts', 'success rate', 'p95'], rows)}`;
  });
}

async function attempts(flags: ListFlags, id: string): Promise<void> {
  const page = await withPosthorn(({ webhooks }) => webhooks.attempts(id, pageRequest(flags)));
  printPage(flags, page, {
    none: 'no attempts',
    header: ['delivery', ...ATTEMPT_HEADER],
    row: (attempt) => [attempt.deliveryId, ...attemptRow(attempt)],
  });
}

async function history(flags: ListFlags, id: string): Promise<void> {
  const page = await withPosthorn(({ webhooks }) => webhooks.history(id, pageRequest(flags)));
  printPage(flags, page, {
    none: 'nothing happened to it',
    header: ['at', 'what', 'by', 'why'],
    row: ({ at, type, actor, detail }) => [time(at), type, actor, detail],
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
  print(flags, exchange, () => exchangeText(exchange));
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
