import { InvalidInputError, refuseField } from '../domain/errors.js';
import { checkKey } from '../domain/event.js';
import { oneOf } from '../domain/field-checks.js';

/** How the portal looks: as the reader's system has it, or as the page around it. */
export const PORTAL_THEMES = ['auto', 'light', 'dark'] as const;

export type PortalTheme = (typeof PORTAL_THEMES)[number];

/** What a link to the portal is made from. */
export interface NewPortalLink {
  /** Whose webhooks it shows. It has no default: a link must never show another account's by mistake. */
  readonly accountId: string;
  /** How long the link opens the portal, in milliseconds, 10 s to a day; the setting where left out. */
  readonly expiresInMs?: number | undefined;
  /** True for one that shows everything and changes nothing. */
  readonly readOnly?: boolean | undefined;
  /** Where the portal leads back to, an http or https URL; nowhere where left out. */
  readonly returnUrl?: string | undefined;
  /** `auto` where left out. */
  readonly theme?: PortalTheme | undefined;
  /** The colour of what stands out, `#rrggbb`; Posthorn's own where left out. */
  readonly accent?: string | undefined;
}

/** How the portal is to look, and where it leads back to. */
export interface PortalLook {
  readonly returnUrl: string | null;
  readonly theme: PortalTheme;
  readonly accent: string | null;
}

const SHORTEST_MS = 10_000;
const LONGEST_MS = 86_400_000;
const LONGEST_URL = 2_000;

/** Checks what a link is to be made from. Throws `InvalidInputError`. */
export function checkNewLink(
  input: NewPortalLink,
  defaultLengthMs: number,
): { accountId: string; lengthMs: number; readOnly: boolean; look: PortalLook } {
  if (typeof input !== 'object' || input === null) {
    throw new InvalidInputError('a portal link must be an object with an accountId');
  }
  const { accountId, expiresInMs = defaultLengthMs, readOnly = false } = input;
  const { returnUrl, theme = 'auto', accent } = input;
  if (!(expiresInMs >= SHORTEST_MS && expiresInMs <= LONGEST_MS)) {
    refuseField('expiresIn', '10 seconds to a day fit');
  }
  if (typeof readOnly !== 'boolean') refuseField('readOnly', 'true or false');
  if (accent !== undefined && !/^#[0-9a-f]{6}$/i.test(accent)) {
    refuseField('accent', 'a colour like #2f6fed');
  }
  return {
    accountId: checkKey('accountId', accountId),
    lengthMs: expiresInMs,
    readOnly,
    look: {
      returnUrl: returnUrl === undefined ? null : checkReturnUrl(returnUrl),
      theme: oneOf('theme', theme, PORTAL_THEMES),
      accent: accent ?? null,
    },
  };
}

/** Nothing that would run when somebody follows it. */
function checkReturnUrl(text: string): string {
  const fits =
    typeof text === 'string' &&
    text.length <= LONGEST_URL &&
    URL.canParse(text) &&
    /^https?:$/.test(new URL(text).protocol);
  if (fits) return text;
  refuseField('returnUrl', `an http or https URL of at most ${LONGEST_URL} characters`);
}
