import { Command } from 'commander';
import type { KeyRole } from '../domain/access.js';
import type { ApiKey } from '../store/api-keys.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print, table, time } from './output.js';

interface AccountFlags extends OutputFlags {
  readonly account?: string;
}

interface AddFlags extends AccountFlags {
  readonly role: KeyRole;
}

interface ListFlags extends AccountFlags {
  readonly limit?: string;
  readonly cursor?: string;
}

/** `posthorn key …` */
export function keyCommands(): Command {
  return new Command('key')
    .description('make, list and revoke keys of the HTTP API')
    .addCommand(
      createCommand('add <name>', 'make a key; prints it this once', add)
        .requiredOption('--role <role>', 'admin, operator, producer or viewer')
        .option('--account <id>', 'the account that it is limited to; every account if none'),
    )
    .addCommand(
      createCommand('list', 'list keys, newest first, revoked ones included', list)
        .option('--account <id>', 'only keys that are limited to this account')
        .option('--limit <number>', 'keys on a page, 1 to 100')
        .option('--cursor <cursor>', 'the page after this one'),
    )
    .addCommand(
      createCommand('revoke <id>', 'revoke a key; in force within 10 s', revoke).option(
        '--account <id>',
        'the account that it is limited to',
      ),
    );
}

async function add(flags: AddFlags, name: string): Promise<void> {
  const { role, account: accountId } = flags;
  const { apiKey, key } = await withPosthorn(({ keys }) => keys.create({ name, role, accountId }));
  print(flags, { ...apiKey, key }, () =>
    pairs([
      ['id', apiKey.id],
      ['key', `${key}  (shown this once)`],
    ]),
  );
}

async function list(flags: ListFlags): Promise<void> {
  const page = await withPosthorn(({ keys }) =>
    keys.list({
      accountId: flags.account,
      limit: flags.limit === undefined ? undefined : Number(flags.limit),
      cursor: flags.cursor,
    }),
  );
  print(flags, page, () => {
    if (page.data.length === 0) return 'no keys';
    const header = ['id', 'name', 'role', 'account', 'state', 'last used'];
    const rows = page.data.map((apiKey) => [
      apiKey.id,
      apiKey.name,
      apiKey.role,
      apiKey.accountId ?? 'every account',
      state(apiKey),
      time(apiKey.lastUsedAt),
    ]);
    const next = page.nextCursor === null ? '' : `\nmore: --cursor ${page.nextCursor}`;
    return table(header, rows) + next;
  });
}

async function revoke(flags: AccountFlags, id: string): Promise<void> {
  const scope = { accountId: flags.account };
  const apiKey = await withPosthorn(({ keys }) => keys.revoke(id, scope));
  print(flags, apiKey, () =>
    pairs([
      ['id', apiKey.id],
      ['name', apiKey.name],
      ['state', state(apiKey)],
    ]),
  );
}

function state({ revokedAt }: ApiKey): string {
  return revokedAt === null ? 'valid' : `revoked at ${time(revokedAt)}`;
}
