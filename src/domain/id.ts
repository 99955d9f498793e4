import { createHash, randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** What an id names, by its prefix. */
export type IdPrefix =
  | 'wh_'
  | 'evt_'
  | 'dlv_'
  | 'att_'
  | 'key_'
  | 'ntc_'
  | 'chn_'
  | 'msg_'
  | 'rul_'
  | 'inc_'
  | 'rpl_'
  | 'prc_'
  | 'tsk_';

/**
 * A sortable id: the prefix and the 32 hex digits of a UUIDv7 (RFC 9562) of the given time. Ids of one
 * prefix sort by time, to the millisecond.
 */
export function newId(prefix: IdPrefix, at: Date): string {
  return prefix + v7({ msecs: at.getTime(), random: randomBytes() }).replaceAll('-', '');
}

/** The one id that a thing of this name and time has: whoever makes it again makes the same. */
export function idOf(prefix: IdPrefix, at: Date, name: string): string {
  const random = createHash('sha256').update(name).digest().subarray(0, BYTES);
  return prefix + v7({ msecs: at.getTime(), random }).replaceAll('-', '');
}

/** Random bytes of one id. They are drawn for many ids together, because each drawing asks the system. */
function randomBytes(): Uint8Array {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  drawn += BYTES;
  return pool.subarray(drawn - BYTES, drawn);
}

const BYTES = 16;
const pool = new Uint8Array(BYTES * 256);
let drawn = pool.length;

/** The least id of that prefix that a time can have: where a day's partition begins. */
export function firstIdAt(prefix: IdPrefix, at: Date): string {
  return prefix + at.getTime().toString(16).padStart(12, '0') + '0'.repeat(20);
}

/** True where the text has the form of an id of that prefix. */
export function isId(prefix: IdPrefix, text: string): boolean {
  // Callers without types may hand in anything.
  if (typeof text !== 'string') return false;
  return text.startsWith(prefix) && /^[0-9a-f]{32}$/.test(text.slice(prefix.length));
}
