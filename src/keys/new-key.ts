import { KEY_ROLES, type KeyRole } from '../domain/access.js';
import { checkKey } from '../domain/event.js';
import { nameOf, oneOf } from '../domain/field-checks.js';

/** What a new key is made from. */
export interface NewApiKey {
  /** For people: whose key it is, or what for; 1 to 100 characters. */
  readonly name: string;
  readonly role: KeyRole;
  /** The account that it is limited to; every account where left out. */
  readonly accountId?: string | undefined;
}

/** Checks what a key is to be made from. Throws `InvalidInputError`. */
export function checkNewKey({ name, role, accountId }: NewApiKey): {
  name: string;
  role: KeyRole;
  accountId: string | null;
} {
  return {
    name: nameOf('name', name),
    role: oneOf('role', role, KEY_ROLES),
    accountId: accountId === undefined ? null : checkKey('accountId', accountId),
  };
}
