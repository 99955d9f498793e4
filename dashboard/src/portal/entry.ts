import { call, callWith, type Session } from '../api.js';

/** Somebody who came by a link: what it allows, and how the portal is to look. */
export interface PortalSession extends Session {
  readonly token: string;
  readonly returnUrl: string | null;
  readonly theme: string;
  readonly accent: string | null;
  /** Origins of the pages that may show the portal in an iframe. */
  readonly origins: readonly string[];
}

/** Where a page of its own keeps its session over a reload. */
const STORED = 'posthorn-portal';

/** True in an iframe. */
export const isFramed = window.parent !== window;

/**
 * Begins a session with the link in the address, which is taken out of it first, so that no history and no
 * copied address has it. Without a link, the session that this tab had before goes on. In an iframe a session
 * is kept in memory alone: two frames of one page would share whatever else there is.
 *
 * @returns undefined where there is neither; throws `Problem` where the link is not good any more
 */
export async function enter(): Promise<PortalSession | undefined> {
  const link = linkOf(location.hash);
  if (link === undefined) return takeUp(readStored());
  history.replaceState(null, '', location.pathname);
  sessionStorage.removeItem(STORED);
  const session = await call<Omit<PortalSession, 'keyId'>>('POST', '/portal/session', { link });
  if (!isFramed) sessionStorage.setItem(STORED, JSON.stringify(session));
  return takeUp({ ...session, keyId: 'portal' });
}

/** Forgets the session, which has ended. */
export function leave(): void {
  if (!isFramed) sessionStorage.removeItem(STORED);
}

/** Opens the portal anew where another link is put into the address of the open page. */
export function watchLinks(): void {
  window.addEventListener('hashchange', () => {
    if (linkOf(location.hash) !== undefined) location.reload();
  });
}

function linkOf(hash: string): string | undefined {
  return hash.startsWith('#phl_') ? hash.slice(1) : undefined;
}

function readStored(): PortalSession | undefined {
  const stored = isFramed ? null : sessionStorage.getItem(STORED);
  return stored === null ? undefined : { ...JSON.parse(stored), keyId: 'portal' };
}

function takeUp(session: PortalSession | undefined): PortalSession | undefined {
  if (session === undefined || Date.parse(session.expiresAt) <= Date.now()) return undefined;
  callWith(session.token);
  return session;
}
