import { InvalidInputError } from '../domain/errors.js';

/** Longest name of a channel or a rule, in characters. */
const MAX_NAME = 100;

/** Checks a name for people. Throws `InvalidInputError`. */
export function checkName(name: string): string {
  const fits =
    typeof name === 'string' &&
    name.trim() !== '' &&
    name.length <= MAX_NAME &&
    name.isWellFormed() &&
    !/\p{Cc}/u.test(name);
  if (!fits) fail('name', `1 to ${MAX_NAME} characters fit, none of them a control character`);
  return name;
}

/** Refuses a field of what an owner gives. */
export function fail(field: string, fault: string): never {
  throw new InvalidInputError(`${field}: ${fault}`, { details: { [field]: fault } });
}
