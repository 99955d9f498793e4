import { join } from 'node:path';
import type { Posthorn } from '../posthorn.js';
import { pairs } from './output.js';

/** Where people find a Posthorn that serves its API, and what they sign in with. */
export interface Entrance {
  readonly dashboard: string;
  readonly apiReference: string;
  /** Where the API key is kept: the name of a setting, or a file. */
  readonly keptIn: string;
  /** A key that was made just now, which is shown this once; null for any other. */
  readonly apiKey: string | null;
}

/** @param address where this process listens; browsers may reach it elsewhere */
export function findEntrance(
  { installation, settings }: Pick<Posthorn, 'installation' | 'settings'>,
  address: string,
): Entrance {
  const given = settings.apiKey !== undefined;
  const url = settings.publicUrl ?? address;
  return {
    dashboard: url,
    apiReference: `${url}/docs`,
    keptIn: given ? 'POSTHORN_API_KEY' : join(settings.dataDir, 'keys.json'),
    apiKey: !given && installation.madeKeys ? (installation.apiKey ?? null) : null,
  };
}

export function entranceText({ dashboard, apiReference, keptIn, apiKey }: Entrance): string {
  const key = apiKey === null ? `see ${keptIn}` : `${apiKey}  (shown this once, kept in ${keptIn})`;
  return pairs([
    ['dashboard', dashboard],
    ['API reference', apiReference],
    ['API key', key],
  ]);
}
