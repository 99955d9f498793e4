import { KEY_ROLES, type KeyRole } from '../domain/access.js';
import { InvalidInputError } from '../domain/errors.js';
import { checkKey } from '../domain/event.js';

/** What a new key is made from. */
export interface NewApiKey {
  /** For people: whose key it is, or what for; 1 to 100 characters. */
  readonly name: string;
  readonly role: KeyRole;
  /** The account that it is limited to; every account where left out. */
  readonly accountId?: string | undefined;
}

/** Longest name of a key, in characters. */
export const MAX_NAME_LENGTH = 100;

const CONTROL = /\p{Cc}/u;

/** Checks what a key is to be made from. Throws `InvalidInputError`. */
export function checkNewKey({ name, role, accountId }: NewApiKey): {
  name: string;
  role: KeyRole;
  accountId: string | null;
} {
  return {
    name: checkName(name),
    role: checkRole(role),
    accountId: accountId === undefined ? null : checkKey('accountId', accountId),
  };
}

function checkName(name: string): string {
  const fits =
    typeof name === 'string' &&
    name.trim() !== '' &&
    name.length <= MAX_NAME_LENGTH &&
    name.isWellFormed() &&
    !CONTROL.test(name);
  if (fits) return name;
  fail('name', `1 to ${MAX_NAME_LENGTH} characters fit, none of them a control character`);
}

function checkRole(role: KeyRole): KeyRole {
  if (KEY_ROLES.includes(role)) return role;
  fail('role', `not one of ${KEY_ROLES.join(', ')}`);
}

function fail(field: string, fault: string): never {
  throw new InvalidInputError(`${field}: ${fault}`, { details: { [field]: fault } });
}
