import { isFramed, type PortalSession } from './entry.js';
import { applyLook, type Look, lookFrom } from './look.js';

/** What the portal tells the page around it. */
type Told =
  | { readonly type: 'posthorn:height'; readonly height: number }
  | { readonly type: 'posthorn:ended' };

/** The page that shows the portal in an iframe; nobody where the portal is a page of its own. */
export interface SurroundingPage {
  tell(told: Told): void;
}

/**
 * Talks with the page around the portal: tells it how high the portal is, and lets it change the look. What
 * is told goes to origins that the settings name alone, and what comes from others is not heard.
 */
export function joinSurroundingPage(session: PortalSession): SurroundingPage {
  let look: Look = session;
  applyLook(look);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', () => applyLook(look));

  if (!isFramed) return { tell: () => undefined };
  document.documentElement.classList.add('framed');
  const targets = targetsAmong(session.origins);
  const tell = (told: Told) => {
    for (const origin of targets) window.parent.postMessage(told, origin);
  };
  window.addEventListener('message', ({ source, origin, data }) => {
    if (source !== window.parent || !session.origins.includes(origin)) return;
    if (data?.type !== 'posthorn:look') return;
    look = lookFrom(data, look);
    applyLook(look);
  });
  const observer = new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    tell({ type: 'posthorn:height', height });
  });
  observer.observe(document.body);
  document.addEventListener('click', noteWhereClicked, { capture: true });
  return { tell };
}

/** The one origin that is around the portal, where the browser says which; or else all that may be. */
function targetsAmong(origins: readonly string[]): readonly string[] {
  const [around = ''] = [...(location.ancestorOrigins ?? [])];
  const said = around || originOf(document.referrer);
  return said === undefined ? origins : origins.filter((origin) => origin === said);
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/** In a high iframe the middle may be out of sight: windows open beside the button that was pressed. */
function noteWhereClicked({ target }: MouseEvent): void {
  if (!(target instanceof Element)) return;
  const { top } = target.getBoundingClientRect();
  document.documentElement.style.setProperty('--clicked-at', `${Math.round(top)}px`);
}
