import type { Command } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { InvalidInputError } from '../domain/errors.js';
import type { PortalTheme } from '../portal/new-link.js';
import { createCommand, withPosthorn } from './command.js';
import { type OutputFlags, pairs, print, time } from './output.js';

interface LinkFlags extends OutputFlags {
  readonly expiresIn?: string;
  readonly readOnly?: boolean;
  readonly returnUrl?: string;
  readonly theme?: PortalTheme;
  readonly accent?: string;
  readonly revoke?: boolean;
}

/** `posthorn portal-link`: makes a link to the customer portal, or ends those of an account. */
export function portalLinkCommand(): Command {
  return createCommand(
    'portal-link <account>',
    'make a link by which a customer looks after the webhooks of one account',
    portalLink,
  )
    .option('--expires-in <duration>', 'how long it opens the portal, 10s to 1d; 5m by default')
    .option('--read-only', 'a link that shows everything and changes nothing')
    .option('--return-url <url>', 'where the portal leads back to')
    .option('--theme <theme>', 'auto, light or dark')
    .option('--accent <colour>', 'the colour of what stands out, like #2f6fed')
    .option('--revoke', 'end every link and session of the account instead; in force within 10 s');
}

async function portalLink(flags: LinkFlags, accountId: string): Promise<void> {
  const { json: _json, expiresIn, revoke, ...look } = flags;
  if (revoke === true) {
    await withPosthorn(({ portal }) => portal.revoke(accountId));
    print(flags, { accountId, revoked: true }, () => `the access of ${accountId} has ended`);
    return;
  }
  const expiresInMs = expiresIn === undefined ? undefined : durationOf(expiresIn);
  const link = await withPosthorn(({ portal }) =>
    portal.createLink({ accountId, expiresInMs, ...look }),
  );
  print(flags, link, () =>
    pairs([
      ['url', link.url],
      ['expires', time(link.expiresAt)],
    ]),
  );
}

function durationOf(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return durationMs;
  throw new InvalidInputError(`--expires-in ${text} is no duration: use one like 30s, 5m or 1h`);
}
