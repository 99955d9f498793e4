import type { Command } from 'commander';
import { LARGEST_PAGE, type Page, type PageRequest } from '../store/page.js';
import { wholeNumber } from './option-values.js';
import { type OutputFlags, print, table } from './output.js';

/** The flags of a command that can be limited to one account. */
export interface AccountFlags extends OutputFlags {
  readonly account?: string;
}

/** The flags of a command that lists. */
export interface ListFlags extends AccountFlags {
  readonly limit?: number;
  readonly cursor?: string;
}

/**
 * Adds what every list takes: which page, and an account where it has one.
 *
 * @param meaning.account what the account is to the list
 */
export function withPage(command: Command, meaning?: { readonly account: string }): Command {
  if (meaning !== undefined) command.option('--account <id>', meaning.account);
  return command
    .option(
      '--limit <number>',
      `how many on a page, 1 to ${LARGEST_PAGE}`,
      wholeNumber(1, LARGEST_PAGE),
    )
    .option('--cursor <cursor>', 'the page after this one');
}

/** Which page is asked for, of which account. */
export function pageRequest({
  account: accountId,
  limit,
  cursor,
}: ListFlags): PageRequest & { readonly accountId: string | undefined } {
  return { accountId, limit, cursor };
}

/** Prints a page as a table, with what asks for the next one. */
export function printPage<Item>(
  flags: OutputFlags,
  page: Page<Item>,
  text: {
    /** Said of an empty page. */
    readonly none: string;
    readonly header: readonly string[];
    readonly row: (item: Item) => readonly string[];
  },
): void {
  print(flags, page, () => {
    if (page.data.length === 0 && page.nextCursor === null) return text.none;
    const next = page.nextCursor === null ? '' : `\nmore: --cursor ${page.nextCursor}`;
    return table(text.header, page.data.map(text.row)) + next;
  });
}
