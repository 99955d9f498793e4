import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Access, AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { missing } from '../domain/errors.js';
import { isId, newId } from '../domain/id.js';
import {
  type ApiKey,
  type ApiKeyFilter,
  findApiKeyByHash,
  insertApiKey,
  listApiKeys,
  revokeApiKey,
} from '../store/api-keys.js';
import type { Ledger } from '../store/ledger.js';
import type { Page } from '../store/page.js';
import { createKeyText, hashKey, hexHashOf, isKeyText } from './key-text.js';
import { createLastUse } from './last-use.js';
import { checkNewKey, type NewApiKey } from './new-key.js';

/** Makes, lists and revokes the keys of the HTTP API. */
export interface ApiKeys {
  /** Makes a key. Its text is in this answer and in no other. Throws `InvalidInputError`. */
  create(input: NewApiKey): Promise<{ apiKey: ApiKey; key: string }>;
  /** A page of keys, newest first, revoked ones included. The key of `POSTHORN_API_KEY` is not listed. */
  list(filter?: ApiKeyFilter): Promise<Page<ApiKey>>;
  /**
   * Revokes a key, in force within 10 s in every process and at once in this one. A key that is revoked
   * already stays so. Throws `NotFoundError`.
   */
  revoke(id: string, scope?: AccountScope): Promise<ApiKey>;
  /** What the holder of a key may do; undefined where the key is unknown or revoked. Notes its use. */
  authenticate(key: string): Promise<Access | undefined>;
  /** True while the key with this hash, as hex, is valid. Is no use of it. */
  isValid(hash: string): Promise<boolean>;
}

/** The keys, with the work that they do beside their callers. */
export interface KeyRing extends ApiKeys {
  /** Resolves when the uses noted so far are recorded. */
  drain(): Promise<void>;
}

/** How long a key that was found valid is not asked for again: a revocation is in force after that. */
const REMEMBER_MS = 10_000;

/** Most keys that a process remembers; others are asked for each time. */
const MAX_REMEMBERED = 1_000;

export function createApiKeys(options: { ledger: Ledger; clock: Clock; log: Logger }): KeyRing {
  const { ledger, clock, log } = options;
  const lastUse = createLastUse(options);

  // By the hash, so that no key is kept in memory. Requests that bring the same key share a look. Only
  // valid keys are remembered: a key that is made is good at once.
  const valid = new LRUCache<string, Access>({
    max: MAX_REMEMBERED,
    ttl: REMEMBER_MS,
    // A look that others push out of memory still has its answer.
    ignoreFetchAbort: true,
    async fetchMethod(hash, _stale, { options: entry }) {
      const askedAt = performance.now();
      const found = await findApiKeyByHash(ledger, new Uint8Array(Buffer.from(hash, 'hex')));
      // What the ledger says is as old as the question.
      entry.ttl = Math.max(1, REMEMBER_MS - (performance.now() - askedAt));
      if (found === undefined || found.revokedAt !== null) return undefined;
      return { keyId: found.id, role: found.role, accountId: found.accountId };
    },
  });

  return {
    async create(input) {
      const { name, role, accountId } = checkNewKey(input);
      const key = createKeyText();
      const now = clock();
      const row = { id: newId('key_', now), name, role, accountId, hash: hashKey(key) };
      const apiKey = await insertApiKey(ledger, { ...row, createdAt: now });
      log.info({ keyId: apiKey.id, role, accountId }, 'API key made');
      return { apiKey, key };
    },

    list: (filter = {}) => listApiKeys(ledger, filter),

    async revoke(id, { accountId } = {}) {
      const apiKey = isId('key_', id)
        ? await revokeApiKey(ledger, id, { accountId, now: clock() })
        : undefined;
      if (apiKey === undefined) missing('key', id);
      for (const [hash, { keyId }] of valid.entries()) if (keyId === id) valid.delete(hash);
      log.info({ keyId: id, accountId: apiKey.accountId }, 'API key revoked');
      return apiKey;
    },

    async authenticate(key) {
      // Anything else can't be in the ledger, which is then not asked.
      if (!isKeyText(key)) return undefined;
      const access = await valid.fetch(hexHashOf(key));
      if (access !== undefined) lastUse.note(access.keyId);
      return access;
    },

    isValid: async (hash) => (await valid.fetch(hash)) !== undefined,

    drain: () => lastUse.drain(),
  };
}
