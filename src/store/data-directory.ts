import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InvalidSettingsError } from '../domain/errors.js';
import { createSecretKey } from '../domain/secret-box.js';
import { createOnce } from './create-once.js';

/** The keys of an embedded installation. */
export interface InstallationKeys {
  readonly apiKey: string;
  readonly secretKey: string;
}

const KEYS = z.object({ apiKey: z.string().min(16), secretKey: z.string().min(1) });

/**
 * Reads the keys that an earlier start left in the data directory, or makes them, for the owner's eyes
 * only.
 *
 * @returns the keys, and whether they were made just now: the API key is shown that once
 */
export async function openKeys(
  dataDir: string,
): Promise<{ readonly keys: InstallationKeys; readonly made: boolean }> {
  const path = join(dataDir, 'keys.json');
  await mkdir(dataDir, { recursive: true });
  const fresh = {
    apiKey: `ph_${randomBytes(24).toString('base64url')}`,
    secretKey: createSecretKey(),
  };
  const { content, made } = await createOnce(path, `${JSON.stringify(fresh, null, 2)}\n`);
  return { keys: parseKeys(path, content), made };
}

function parseKeys(path: string, text: string): InstallationKeys {
  try {
    return KEYS.parse(JSON.parse(text));
  } catch (cause) {
    throw new InvalidSettingsError(
      `${path} does not hold the keys that an earlier start left there`,
      {
        hint: 'restore the file: without its secretKey the signing secrets in the ledger can not be read',
        cause,
      },
    );
  }
}
