import { ForbiddenError } from './errors.js';
import { checkKey } from './event.js';

/**
 * What a key of the HTTP API may do. `admin` may do everything; `operator` keeps webhooks healthy and
 * enqueues; `producer` enqueues events and looks them up; `viewer` reads everything but keys.
 */
export const KEY_ROLES = ['admin', 'operator', 'producer', 'viewer'] as const;

export type KeyRole = (typeof KEY_ROLES)[number];

/**
 * What somebody at the customer portal may do, which no key has as its role. `customer` looks after the
 * webhooks of one account, `customer-viewer` looks at them.
 */
export const CUSTOMER_ROLES = ['customer', 'customer-viewer'] as const;

export type CustomerRole = (typeof CUSTOMER_ROLES)[number];

export const ROLES = [...KEY_ROLES, ...CUSTOMER_ROLES] as const;

/**
 * What a route can need. `webhooks:policy` is needed besides `webhooks:write` to set how a webhook is treated:
 * its tier, its limits, its overrides, a format of its own description, whether it is verified; and for an account's default format.
 */
export const PERMISSIONS = [
  'webhooks:read',
  'webhooks:write',
  'webhooks:policy',
  'events:read',
  'events:write',
  'deliveries:read',
  'deliveries:retry',
  'zombies:read',
  'zombies:sweep',
  'alerts:read',
  'alerts:write',
  'portal:link',
  'keys:manage',
  'metrics:read',
  'queues:read',
  'queues:write',
  'settings:read',
  'archive:read',
  'archive:write',
  'accounts:erase',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

const READING: readonly Permission[] = [
  'webhooks:read',
  'events:read',
  'deliveries:read',
  'zombies:read',
  'alerts:read',
  'metrics:read',
  'queues:read',
  'archive:read',
];

const CUSTOMER_READING: readonly Permission[] = [
  'webhooks:read',
  'events:read',
  'deliveries:read',
  'zombies:read',
];

const GRANTS: Readonly<Record<(typeof ROLES)[number], readonly Permission[]>> = {
  admin: PERMISSIONS,
  operator: [
    ...READING,
    'webhooks:write',
    'webhooks:policy',
    'events:write',
    'deliveries:retry',
    'zombies:sweep',
    'alerts:write',
    'queues:write',
    'settings:read',
    'portal:link',
    'archive:write',
  ],
  producer: ['events:read', 'events:write'],
  viewer: READING,
  customer: [...CUSTOMER_READING, 'webhooks:write', 'deliveries:retry'],
  'customer-viewer': CUSTOMER_READING,
};

/** What reaches into every account, so that a key of one account may not do it whatever its role. */
const OF_EVERY_ACCOUNT: readonly Permission[] = [
  'zombies:sweep',
  'metrics:read',
  'queues:read',
  'queues:write',
  'settings:read',
  'archive:read',
  'archive:write',
  'accounts:erase',
];

/** Who asks: a key, or somebody at the portal, with its role and the account that it is limited to. */
export interface Access {
  /** The key's id; `setting` for the key of `POSTHORN_API_KEY`, `portal` for a customer at the portal. */
  readonly keyId: string;
  readonly role: KeyRole | CustomerRole;
  /** Null for a key of every account. */
  readonly accountId: string | null;
}

/** Whose things are meant; any account's where left out. */
export interface AccountScope {
  readonly accountId?: string | undefined;
}

/** True where keys of that role, and limited to an account or not, may do this. */
export function mayDo(
  { role, accountId }: Pick<Access, 'role' | 'accountId'>,
  permission: Permission,
): boolean {
  if (accountId !== null && OF_EVERY_ACCOUNT.includes(permission)) return false;
  return GRANTS[role].includes(permission);
}

/** All that a key may do. */
export function permissionsOf(access: Pick<Access, 'role' | 'accountId'>): readonly Permission[] {
  return PERMISSIONS.filter((permission) => mayDo(access, permission));
}

/** Throws `ForbiddenError`, which names the role and what is needed, where it may not do this. */
export function assertMayDo(access: Access, permission: Permission): void {
  if (mayDo(access, permission)) return;
  const roles = KEY_ROLES.filter((role) => mayDo({ role, accountId: null }, permission));
  const everyAccount = OF_EVERY_ACCOUNT.includes(permission) ? ', for every account' : '';
  const limited = access.accountId === null ? '' : ', limited to one account';
  const holder = access.keyId === 'portal' ? 'who is at the portal' : 'the key';
  throw new ForbiddenError(
    `${holder} has the role ${access.role}${limited}, and this needs ${permission}${everyAccount}`,
    { hint: `use a key${everyAccount} with the role ${roles.join(' or ')}` },
  );
}

/**
 * The account that a request is about: the one that it names, or else the key's. Empty where neither says
 * one. Throws `ForbiddenError` where a key of one account names another, and `InvalidInputError` for what
 * is no account id.
 */
export function scopeTo(access: Access, given: string | undefined): AccountScope {
  if (access.accountId === null) {
    return given === undefined ? {} : { accountId: checkKey('accountId', given) };
  }
  if (given === undefined || given === access.accountId) return { accountId: access.accountId };
  throw new ForbiddenError('the key is limited to one account, and the request names another', {
    hint: 'leave accountId out, or use a key of that account',
  });
}
