import { refuseField } from './errors.js';

/** Checks of what callers without types hand in. Each throws `InvalidInputError` that names the field. */

/** A plain object. */
export function objectOf(field: string, given: unknown): Readonly<Record<string, unknown>> {
  // A Map or a Headers has no entries that are seen, and would be taken for an empty object.
  if (Object.prototype.toString.call(given) !== '[object Object]') {
    refuseField(field, 'not a plain object');
  }
  return given as Readonly<Record<string, unknown>>;
}

/** One of some values. */
export function oneOf<Value extends string>(
  field: string,
  given: unknown,
  values: readonly Value[],
): Value {
  const found = values.find((value) => value === given);
  return found ?? refuseField(field, `not one of ${values.join(', ')}`);
}

/** Longest name for people, in characters. */
const MAX_NAME = 100;

/** A name for people. */
export function nameOf(field: string, given: unknown): string {
  const fits =
    typeof given === 'string' &&
    given.trim() !== '' &&
    given.length <= MAX_NAME &&
    given.isWellFormed() &&
    !/\p{Cc}/u.test(given);
  if (fits) return given;
  refuseField(field, `1 to ${MAX_NAME} characters fit, none of them a control character`);
}

/** Nothing but the fields that are known: `unknown` is what is left over. */
export function onlyFields(field: string, unknown: object, known: readonly string[]): void {
  const [name] = Object.keys(unknown);
  if (name !== undefined) {
    refuseField(`${field}.${name}`, `is not known here, only ${known.join(', ')}`);
  }
}
