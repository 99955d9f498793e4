/** A request, as it is shown to a webhook's owner. */
export interface ShownRequest {
  readonly method: 'POST' | 'OPTIONS';
  readonly url: string;
  /** `…` in place of a value that is not shown. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Headers, in lower case, without the values of some: those of a webhook's own, and some that its format has,
 * may be secrets.
 *
 * @param hidden their names
 */
export function hideValues(
  headers: Readonly<Record<string, string>>,
  hidden: readonly string[],
): Record<string, string> {
  const names = new Set(hidden.map((name) => name.toLowerCase()));
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    names.has(name) ? '…' : value,
  ]);
  return Object.fromEntries(shown);
}
