import type { TaskJson } from '../api.js';
import { plural } from '../words.js';

/** What was asked for. */
export function inputText({ kind, input }: Pick<TaskJson, 'kind' | 'input'>): string {
  switch (kind) {
    case 'archive':
      return input.dryRun === true ? 'See what would leave the tables' : 'Archive';
    case 'verify':
      return input.day === undefined ? 'Verify every day' : `Verify ${input.day}`;
    case 'restore':
      return `Restore ${input.day} for ${input.for ?? '7d'}`;
    case 'erasure':
      return input.dryRun === true
        ? `See what an erasure of ${input.accountId} would remove`
        : `Erase ${input.accountId}`;
    default:
      return kind satisfies never;
  }
}

/** The first of many, and how many there are. */
interface Listed<Item> {
  readonly count: number;
  readonly first: readonly Item[];
}

/** What it came to. The results of each kind are those that the API's document describes. */
export function resultText({ kind, input, result }: TaskJson): string {
  switch (kind) {
    case 'archive': {
      const { archived, dropped } = result as Record<'archived' | 'dropped', Listed<string>>;
      return input.dryRun === true
        ? `${plural(archived.count, 'partition')} would leave${archived.count === 0 ? '' : `: ${archived.first.slice(0, 6).join(', ')}${archived.count > 6 ? ', …' : ''}`}`
        : `${plural(archived.count, 'partition')} archived, ${dropped.count} dropped`;
    }
    case 'verify': {
      const { files, damaged } = result as {
        files: number;
        damaged: Listed<{ file: string; fault: string }>;
      };
      return damaged.count === 0
        ? `${plural(files, 'file')} read back, all whole`
        : `${damaged.count} of ${plural(files, 'file')} damaged: ${damaged.first.map(({ file, fault }) => `${file} (${fault})`).join(', ')}`;
    }
    case 'restore':
      return `${plural((result as { rows: number }).rows, 'row')} written back`;
    case 'erasure': {
      const { events, attempts, discarded, files } = result as Record<string, number>;
      return `${plural(events ?? 0, 'payload')}, ${plural(attempts ?? 0, 'answer')}, ${plural(discarded ?? 0, 'owed delivery', 'owed deliveries')}, ${plural(files ?? 0, 'archived file')}`;
    }
    default:
      return kind satisfies never;
  }
}
