import type { CustomerRole } from '../domain/access.js';
import type { SecretBox } from '../domain/secret-box.js';
import type { PortalLook } from './new-link.js';

/** What a link or a session gives: access to one account, until a time. */
export interface Grant {
  readonly accountId: string;
  readonly role: CustomerRole;
  /** Which generation of the account's access it belongs to: it ends with that. */
  readonly generation: number;
  /** The SHA-256 of the API key that the link was made with, as hex: it ends with that key; null without one. */
  readonly keyHash: string | null;
  readonly expiresAt: Date;
  readonly look: PortalLook;
}

/** A link is for opening the portal, once or several times; a session is for what is then done there. */
export type GrantKind = 'link' | 'session';

/** What the token of each begins with, which tells them from each other and from keys. */
const PREFIXES: Readonly<Record<GrantKind, string>> = { link: 'phl_', session: 'phs_' };

/** Longest token that is looked at, in characters. */
const LONGEST = 6_000;

/** True where the text has the form of a session's token. */
export function isSessionToken(text: string): boolean {
  return text.startsWith(PREFIXES.session);
}

/** Seals a grant, so that every process of the installation can read it and nobody else make one. */
export function sealGrant(
  secretBox: Pick<SecretBox, 'seal'>,
  kind: GrantKind,
  grant: Grant,
): string {
  return `${PREFIXES[kind]}${secretBox.seal(JSON.stringify(grant), purposeOf(kind))}`;
}

/** Opens a grant of that kind; undefined for what is none, was changed, or has expired. */
export function openGrant(
  secretBox: Pick<SecretBox, 'open'>,
  kind: GrantKind,
  token: string,
  now: Date,
): Grant | undefined {
  if (!token.startsWith(PREFIXES[kind]) || token.length > LONGEST) return undefined;
  try {
    const opened = JSON.parse(secretBox.open(token.slice(PREFIXES[kind].length), purposeOf(kind)));
    const grant: Grant = { ...opened, expiresAt: new Date(opened.expiresAt) };
    return grant.expiresAt > now ? grant : undefined;
  } catch {
    // Made up, changed on the way, or sealed with a key that is no more: no grant.
    return undefined;
  }
}

/** What a grant is sealed for, so that nothing else that was sealed passes for one. */
function purposeOf(kind: GrantKind): string {
  return `portal ${kind}`;
}
