import { Command, Option } from 'commander';
import { DELIVERY_STATUSES, type Delivery } from '../store/deliveries.js';
import type { DeliveryWithAttempts } from '../webhooks/deliveries.js';
import { attemptTable } from './attempt-text.js';
import { createCommand, withPosthorn } from './command.js';
import { attemptExchangeText } from './exchange-text.js';
import {
  type AccountFlags,
  type ListFlags,
  pageRequest,
  printPage,
  withPage,
} from './list-options.js';
import { readTime } from './option-values.js';
import { type OutputFlags, pairs, print, time } from './output.js';

interface DeliveryListFlags extends ListFlags {
  readonly webhook?: string;
  readonly event?: string;
  readonly status?: Delivery['status'];
  readonly outcome?: string;
  readonly eventType?: string;
  readonly from?: string;
  readonly to?: string;
}

const ACCOUNT = ['--account <id>', 'the account whose delivery it is'] as const;

/** `posthorn delivery …` */
export function deliveryCommands(): Command {
  return new Command('delivery')
    .description('look deliveries up, and make them again')
    .addCommand(
      withPage(createCommand('list', 'list deliveries, newest first', list), {
        account: 'only of this account',
      })
        .option('--webhook <id>', 'to one webhook')
        .option('--event <id>', 'of one event')
        .addOption(new Option('--status <status>', 'only these').choices(DELIVERY_STATUSES))
        .option('--outcome <outcome>', 'ok, or the error class of the last attempt')
        .option('--event-type <type>', 'of such events, like expense.*')
        .option('--from <time>', 'enqueued since; a time, or how long ago')
        .option('--to <time>', 'enqueued before; a time, or how long ago'),
    )
    .addCommand(
      createCommand('show <id>', 'show one delivery with its attempts', show).option(...ACCOUNT),
    )
    .addCommand(
      createCommand('attempt <id>', 'show what one attempt sent, and the answer', attempt).option(
        ...ACCOUNT,
      ),
    )
    .addCommand(
      createCommand('retry <id>', 'make it now, also where it has ended', retry).option(...ACCOUNT),
    );
}

async function list(flags: DeliveryListFlags): Promise<void> {
  const { webhook: webhookId, event: eventId, status, outcome, eventType, from, to } = flags;
  const filter = {
    ...pageRequest(flags),
    ...{ webhookId, eventId, status, outcome, eventType },
    from: from === undefined ? undefined : readTime('--from', from),
    to: to === undefined ? undefined : readTime('--to', to),
  };
  const page = await withPosthorn(({ deliveries }) => deliveries.list(filter));
  printPage(flags, page, {
    none: 'no deliveries',
    header: ['id', 'webhook', 'event', 'type', 'status', 'attempts', 'last outcome', 'created'],
    row: (delivery) => [
      delivery.id,
      delivery.webhookId,
      delivery.eventId,
      delivery.eventType ?? '',
      delivery.status,
      String(delivery.attemptCount),
      delivery.lastOutcome ?? '',
      time(delivery.createdAt),
    ],
  });
}

async function show(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  printDelivery(flags, await withPosthorn(({ deliveries }) => deliveries.get(id, scope)));
}

async function attempt(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  const found = await withPosthorn(({ attempts }) => attempts.get(id, scope));
  print(flags, found, () => attemptExchangeText(found));
}

async function retry(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  printDelivery(flags, await withPosthorn(({ deliveries }) => deliveries.retry(id, scope)));
}

function printDelivery(flags: OutputFlags, delivery: DeliveryWithAttempts): void {
  print(flags, delivery, () => {
    const { dueAt, endedAt, attempts } = delivery;
    const about = pairs([
      ['id', delivery.id],
      ['account', delivery.accountId],
      ['webhook', delivery.webhookId],
      ['event', delivery.eventId],
      ['status', delivery.status],
      ['created', time(delivery.createdAt)],
      dueAt === null ? ['ended', time(endedAt)] : ['due', time(dueAt)],
    ]);
    return attempts.length === 0 ? about : `${about}\n\n${attemptTable(attempts)}`;
  });
}
