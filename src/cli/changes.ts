import { InvalidInputError } from '../domain/errors.js';

/** What of these was given, for a change. Throws `InvalidInputError` where nothing was. */
export function givenOf<Changes extends object>(changes: Changes): Partial<Changes> {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  if (given.length > 0) return Object.fromEntries(given) as Partial<Changes>;
  throw new InvalidInputError('nothing to change was given', {
    hint: 'name it by an option; --help lists what there is',
  });
}
