import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/licences-page.mjs', import.meta.url));

test('docs/licences.md lists what an installation brings, and every licence is one that is allowed', async () => {
  const run = promisify(execFile)(process.execPath, [SCRIPT, '--check']);
  await expect(run).resolves.toMatchObject({ stderr: '' });
});
