import { Command, Option } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import { policyOf, readOverrides } from '../domain/policy.js';
import { SIGNATURE_SCHEMES, type SignatureScheme } from '../domain/signing-secret.js';
import { TIERS, type Tier } from '../domain/tier.js';
import { zombieAfter } from '../domain/zombie.js';
import { WEBHOOK_STATES, type WebhookState } from '../store/webhooks.js';
import { givenOf } from './changes.js';
import { createCommand, withPosthorn } from './command.js';
import {
  type AccountFlags,
  type ListFlags,
  pageRequest,
  printPage,
  withPage,
} from './list-options.js';
import { print, time } from './output.js';
import {
  type ConfigurationFlags,
  readConfiguration,
  withConfiguration,
  withRemovals,
} from './webhook-configuration-options.js';
import { webhookHealthCommands } from './webhook-health-commands.js';
import { webhookImportCommand } from './webhook-import-command.js';
import { webhookStateCommands } from './webhook-state-commands.js';
import { describeWebhook, printSecret, printWebhook, webhookState } from './webhook-text.js';
import { webhookTrafficCommands } from './webhook-traffic-commands.js';

interface AddFlags extends ConfigurationFlags {
  readonly signatureScheme?: SignatureScheme;
  readonly operational?: boolean;
  readonly secret?: string;
}

interface UpdateFlags extends ConfigurationFlags {
  readonly url?: string;
}

interface RotateFlags extends AccountFlags {
  readonly overlap: string;
  readonly secret?: string;
  readonly signatureScheme?: SignatureScheme;
}

interface WebhookListFlags extends ListFlags {
  readonly active?: boolean;
  readonly inactive?: boolean;
  readonly state?: WebhookState;
  readonly tier?: Tier;
  readonly search?: string;
}

const ACCOUNT = ['--account <id>', 'the account whose webhook it is'] as const;

const SECRET = [
  '--secret <secret>',
  'in place of a new one, for a receiver that knows it: whsec_…',
] as const;

const scheme = () =>
  new Option('--signature-scheme <scheme>', 'HMAC-SHA256 or Ed25519').choices(SIGNATURE_SCHEMES);

/** `posthorn webhook …` */
export function webhookCommands(): Command {
  const webhook = new Command('webhook')
    .description('register webhooks, change them and look after them')
    .addCommand(
      withConfiguration(
        createCommand('add <url>', 'register a webhook; prints its secret this once', add),
      )
        .addOption(scheme())
        .option(...SECRET)
        .option('--operational', 'gets Posthorn’s own notices in place of events'),
    )
    .addCommand(
      withPage(createCommand('list', 'list webhooks, newest first', list), {
        account: 'only of this account',
      })
        .option('--active', 'only active ones')
        .option('--inactive', 'only inactive ones')
        .addOption(new Option('--state <state>', 'only in this state').choices(WEBHOOK_STATES))
        .addOption(new Option('--tier <tier>', 'only of this tier').choices(TIERS))
        .option('--search <text>', 'only where the URL holds this'),
    )
    .addCommand(createCommand('show <id>', 'show one webhook', show).option(...ACCOUNT))
    .addCommand(
      withRemovals(
        withConfiguration(createCommand('update <id>', 'change what is given', update)).option(
          '--url <url>',
          'where events go',
        ),
      ),
    )
    .addCommand(
      createCommand('rotate-secret <id>', 'make a new secret; prints it this once', rotate)
        .option(...ACCOUNT)
        .option('--overlap <duration>', 'how long the ones before sign beside it', '24h')
        .option(...SECRET)
        .addOption(scheme()),
    );
  const others = [
    webhookImportCommand(),
    webhookStateCommands(),
    webhookHealthCommands(),
    webhookTrafficCommands(),
  ];
  for (const command of others.flat()) webhook.addCommand(command);
  return webhook;
}

async function add(flags: AddFlags, url: string): Promise<void> {
  const { account: accountId, signatureScheme, operational, secret: own } = flags;
  const input = { url, ...readConfiguration(flags), accountId, signatureScheme, operational };
  const { webhook, secret } = await withPosthorn(({ webhooks }) =>
    webhooks.register({ ...input, secret: own }),
  );
  printSecret(flags, webhook, secret);
}

async function list(flags: WebhookListFlags): Promise<void> {
  const { state, tier, search } = flags;
  const active = flags.active ? true : flags.inactive ? false : undefined;
  const page = await withPosthorn(({ webhooks }) =>
    webhooks.list({ ...pageRequest(flags), active, state, tier, search }),
  );
  printPage(flags, page, {
    none: 'no webhooks',
    header: ['id', 'account', 'url', 'state', 'last success', 'failures in a row'],
    row: (webhook) => [
      webhook.id,
      webhook.accountId,
      webhook.url,
      webhookState(webhook),
      time(webhook.lastSuccess),
      String(webhook.consecutiveFailures),
    ],
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
      ? describeWebhook(webhook)
      : `${describeWebhook(webhook)}\n\nIt fails. Without a success it is deactivated as a zombie after ${time(after)}.`,
  );
}

async function update(flags: UpdateFlags, id: string): Promise<void> {
  const { url, account: accountId } = flags;
  const changes = givenOf({ ...readConfiguration(flags), url });
  printWebhook(
    flags,
    await withPosthorn(({ webhooks }) => webhooks.update(id, changes, { accountId })),
  );
}

async function rotate(flags: RotateFlags, id: string): Promise<void> {
  const { account: accountId, overlap, signatureScheme, secret: own } = flags;
  const overlapMs = parseDuration(overlap);
  if (overlapMs === undefined) {
    throw new InvalidInputError(
      `--overlap ${JSON.stringify(overlap)} does not fit: use a duration like 30m, 24h or 7d`,
    );
  }
  const { webhook, secret } = await withPosthorn(({ webhooks }) =>
    webhooks.rotateSecret(id, { accountId, overlapMs, signatureScheme, secret: own }),
  );
  printSecret(flags, webhook, secret);
}
