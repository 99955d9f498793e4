import { readableOn, textOn } from './contrast.js';

/** How the portal is to look. */
export interface Look {
  /** `auto`, `light` or `dark`. */
  readonly theme: string;
  /** `#rrggbb`; null for Posthorn's own. */
  readonly accent: string | null;
}

const THEMES = ['auto', 'light', 'dark'];

/** What of a message is a look: every part that does not fit is as it was. */
export function lookFrom(given: unknown, before: Look): Look {
  const { theme, accent } = (given ?? {}) as Partial<Record<keyof Look, unknown>>;
  return {
    theme: THEMES.find((each) => each === theme) ?? before.theme,
    accent: accent === null || isColour(accent) ? accent : before.accent,
  };
}

function isColour(text: unknown): text is string {
  return typeof text === 'string' && /^#[0-9a-f]{6}$/i.test(text);
}

/**
 * Shows the page in a look. The accent is made as dark or as light as can be read on the theme's own
 * backgrounds, whatever colour is asked for.
 */
export function applyLook({ theme, accent }: Look): void {
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.style.removeProperty('--accent');
  root.style.removeProperty('--on-accent');
  if (accent === null) return;
  const style = getComputedStyle(root);
  const backgrounds = ['--page', '--card'].map((name) => style.getPropertyValue(name).trim());
  const shown = readableOn(accent, backgrounds);
  root.style.setProperty('--accent', shown);
  root.style.setProperty('--on-accent', textOn(shown));
}
