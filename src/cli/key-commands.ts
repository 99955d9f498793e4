import { Command, Option } from 'commander';
import { KEY_ROLES, type KeyRole } from '../domain/access.js';
import type { ApiKey } from '../store/api-keys.js';
import { createCommand, withPosthorn } from './command.js';
import {
  type AccountFlags,
  type ListFlags,
  pageRequest,
  printPage,
  withPage,
} from './list-options.js';
import { pairs, print, time } from './output.js';

interface AddFlags extends AccountFlags {
  readonly role: KeyRole;
}

/** `posthorn key …` */
export function keyCommands(): Command {
  return new Command('key')
    .description('make, list and revoke keys of the HTTP API')
    .addCommand(
      createCommand('add <name>', 'make a key; prints it this once', add)
        .addOption(
          new Option('--role <role>', 'what it may do').choices(KEY_ROLES).makeOptionMandatory(),
        )
        .option('--account <id>', 'the account that it is limited to; every account if none'),
    )
    .addCommand(
      withPage(createCommand('list', 'list keys, newest first, revoked ones included', list), {
        account: 'only keys that are limited to this account',
      }),
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
  const page = await withPosthorn(({ keys }) => keys.list(pageRequest(flags)));
  printPage(flags, page, {
    none: 'no keys',
    header: ['id', 'name', 'role', 'account', 'state', 'last used'],
    row: (apiKey) => [
      apiKey.id,
      apiKey.name,
      apiKey.role,
      apiKey.accountId ?? 'every account',
      state(apiKey),
      time(apiKey.lastUsedAt),
    ],
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
