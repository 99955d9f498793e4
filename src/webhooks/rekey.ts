import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.js';
import { SecretKeyError } from '../domain/errors.js';
import { type OnProgress, UNHEARD } from '../domain/progress.js';
import type { SecretBox } from '../domain/secret-box.js';
import { isLive } from '../domain/signing-secret.js';
import { readSealedChannels, resealChannel } from '../store/channels.js';
import type { Ledger } from '../store/ledger.js';
import { readSealedAnswers, resealAnswer } from '../store/request-answers.js';
import type { SealedSecret } from '../store/sealed-secret.js';
import { countWebhooks, readSecrets, resealSecrets } from '../store/secrets.js';

/** What sealing anew came to. */
export interface RekeyReport {
  /** All webhooks. */
  readonly webhooks: number;
  /** Those whose secrets were sealed anew. */
  readonly rekeyed: number;
  /** The ids of those, and of channels, whose secrets none of the keys opens. */
  readonly unreadable: readonly string[];
}

/** Webhooks read at once. */
const PAGE = 500;

/**
 * Seals every signing secret that a former key sealed with the present one. It may run while everything
 * else does, be broken off, and run again.
 */
export async function rekeySecrets(options: {
  ledger: Ledger;
  secretBox: SecretBox;
  clock: Clock;
  log: Logger;
  /** Told of each page of webhooks. */
  onProgress?: OnProgress | undefined;
}): Promise<RekeyReport> {
  const { ledger, secretBox, clock, log, onProgress = UNHEARD } = options;
  const total = await countWebhooks(ledger);
  // What has expired signs no more, and the key that sealed it may be gone: it stays as it is.
  const signs = (secret: SealedSecret) => isLive(secret, clock());
  const unreadable: string[] = [];
  let webhooks = 0;
  let rekeyed = 0;

  const reseal = (secret: SealedSecret): SealedSecret =>
    !signs(secret) || secretBox.isPresent(secret.sealed)
      ? secret
      : { ...secret, sealed: secretBox.seal(secretBox.open(secret.sealed)) };

  for (let after = ''; ; ) {
    const page = await readSecrets(ledger, after, PAGE);
    for (const { webhookId, secrets } of page) {
      webhooks += 1;
      try {
        if (secrets.filter(signs).every(({ sealed }) => secretBox.isPresent(sealed))) continue;
        if (await resealSecrets(ledger, webhookId, (now) => now.map(reseal))) rekeyed += 1;
      } catch (error) {
        if (!(error instanceof SecretKeyError)) throw error;
        log.error({ error, webhookId }, 'secrets that can not be opened');
        unreadable.push(webhookId);
      }
    }
    const last = page.at(-1);
    if (last !== undefined) await onProgress({ done: webhooks, total, at: last.webhookId });
    if (last === undefined || page.length < PAGE) break;
    after = last.webhookId;
  }
  const channels = await resealEach(options, {
    read: (after) => readSealedChannels(ledger, after, PAGE),
    replace: (id, change) => resealChannel(ledger, id, change),
  });
  // Answers that no key opens are left to be forgotten: nothing is lost with them.
  await resealEach(options, {
    read: (after) => readSealedAnswers(ledger, after, PAGE),
    replace: (id, change) => resealAnswer(ledger, id, change),
  });
  return { webhooks, rekeyed, unreadable: [...unreadable, ...channels] };
}

/** A kind of rows that each hold one sealed text. */
interface SealedRows {
  read(after: string): Promise<readonly { readonly id: string; readonly sealed: string }[]>;
  replace(
    id: string,
    change: { readonly before: string; readonly after: string },
  ): Promise<unknown>;
}

/** Seals the texts of all rows of a kind anew. @returns the ids of those that none of the keys opens */
async function resealEach(
  { secretBox, log }: { secretBox: SecretBox; log: Logger },
  { read, replace }: SealedRows,
): Promise<string[]> {
  const unreadable: string[] = [];
  for (let after = ''; ; ) {
    const page = await read(after);
    for (const { id, sealed: before } of page) {
      if (secretBox.isPresent(before)) continue;
      try {
        await replace(id, { before, after: secretBox.seal(secretBox.open(before)) });
      } catch (error) {
        if (!(error instanceof SecretKeyError)) throw error;
        log.error({ error, id }, 'what is sealed can not be opened');
        unreadable.push(id);
      }
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return unreadable;
    after = last.id;
  }
}
