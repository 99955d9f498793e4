import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { Clock } from '../domain/clock.js';
import { checkKey } from '../domain/event.js';
import type { SecretBox } from '../domain/secret-box.js';
import type { Ledger } from '../store/ledger.js';
import { beginPortalGeneration, readPortalGeneration } from '../store/portal-generations.js';
import { type Grant, type GrantKind, openGrant, sealGrant } from './grants.js';
import { checkNewLink, type NewPortalLink } from './new-link.js';

/** A link to the customer portal. */
export interface PortalLink {
  /** For a browser, or an iframe: whoever has it looks after the account's webhooks until it expires. */
  readonly url: string;
  readonly expiresAt: Date;
}

/** Somebody who opened the portal. */
export interface PortalSession extends Grant {
  readonly token: string;
}

/** The view in which a customer looks after the webhooks of one account. */
export interface Portal {
  /**
   * Makes a link, which opens the portal as often as it is used until it expires. Throws
   * `InvalidInputError`.
   *
   * @param options.keyHash the hash of the API key that asks, as hex: the link ends with that key
   * @param options.baseUrl where browsers reach the API, where the setting does not say
   */
  createLink(
    input: NewPortalLink,
    options?: { readonly keyHash?: string | undefined; readonly baseUrl?: string | undefined },
  ): Promise<PortalLink>;
  /**
   * Ends every link and session of an account that was made until now, in force within 10 s in every
   * process and at once in this one. Links made afterwards are good. Throws `InvalidInputError`.
   */
  revoke(accountId: string): Promise<void>;
  /** Begins a session with the token of a link; undefined where that is not good, or not any more. */
  begin(linkToken: string): Promise<PortalSession | undefined>;
  /** What a session's token gives; undefined where it is not good, or not any more. */
  read(sessionToken: string): Promise<Grant | undefined>;
}

/** The path of the portal's document. */
export const PORTAL_PATH = '/portal';

/** How long a generation is not asked for again: a revocation is in force after that. */
const REMEMBER_MS = 10_000;

/** Most accounts whose generation a process remembers; of others it is asked for each time. */
const MAX_REMEMBERED = 10_000;

export function createPortal(options: {
  ledger: Ledger;
  secretBox: Pick<SecretBox, 'seal' | 'open'>;
  settings: Pick<
    Settings,
    'publicUrl' | 'host' | 'port' | 'portalLinkLength' | 'portalSessionLength'
  >;
  clock: Clock;
  log: Logger;
}): Portal {
  const { ledger, secretBox, settings, clock, log } = options;
  const generations = new LRUCache<string, number>({
    max: MAX_REMEMBERED,
    ttl: REMEMBER_MS,
    ignoreFetchAbort: true,
    async fetchMethod(accountId, _stale, { options: entry }) {
      const askedAt = performance.now();
      const generation = await readPortalGeneration(ledger, accountId);
      // What the ledger says is as old as the question.
      entry.ttl = Math.max(1, REMEMBER_MS - (performance.now() - askedAt));
      return generation;
    },
  });

  /** Opens a token, and asks whether its account's access was ended since. */
  async function open(kind: GrantKind, token: string): Promise<Grant | undefined> {
    const grant = openGrant(secretBox, kind, token, clock());
    if (grant === undefined) return undefined;
    // A later one than is remembered was made after a revocation that this process has yet to learn of.
    const current = (await generations.fetch(grant.accountId)) ?? 0;
    return grant.generation >= current ? grant : undefined;
  }

  return {
    async createLink(input, { keyHash, baseUrl } = {}) {
      const { accountId, lengthMs, readOnly, look } = checkNewLink(
        input,
        settings.portalLinkLength,
      );
      const expiresAt = new Date(clock().getTime() + lengthMs);
      const token = sealGrant(secretBox, 'link', {
        accountId,
        role: readOnly ? 'customer-viewer' : 'customer',
        // Asked for each time, so that a link made after a revocation elsewhere is good.
        generation: await readPortalGeneration(ledger, accountId),
        keyHash: keyHash ?? null,
        expiresAt,
        look,
      });
      const base = settings.publicUrl ?? baseUrl ?? `http://${settings.host}:${settings.port}`;
      log.info({ accountId, readOnly, expiresAt }, 'portal link made');
      // In the fragment, which browsers send to no server, not in a Referer either.
      return { url: `${base}${PORTAL_PATH}#${token}`, expiresAt };
    },

    async revoke(given) {
      const accountId = checkKey('accountId', given);
      const generation = await beginPortalGeneration(ledger, accountId, clock());
      generations.set(accountId, generation);
      log.info({ accountId }, 'access to the portal ended');
    },

    async begin(linkToken) {
      const link = await open('link', linkToken);
      if (link === undefined) return undefined;
      const expiresAt = new Date(clock().getTime() + settings.portalSessionLength);
      const session = { ...link, expiresAt };
      log.info({ accountId: link.accountId, role: link.role }, 'portal opened');
      return { ...session, token: sealGrant(secretBox, 'session', session) };
    },

    read: (sessionToken) => open('session', sessionToken),
  };
}
