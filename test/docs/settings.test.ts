import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../src/config.js';

test('docs/settings.md has each setting with its option, default and meaning, and no other', async () => {
  const page = await readFile(new URL('../../docs/settings.md', import.meta.url), 'utf8');
  const lines = page.replaceAll(/ +/g, ' ').split('\n');
  const rows = lines.filter((line) => line.startsWith('| `'));
  const expected = Object.entries(SETTINGS).map(([name, { env, fallback, meaning }]) => {
    const shown = fallback === undefined ? '' : fallback === '' ? 'none' : `\`${fallback}\``;
    return `| \`${env}\` | \`${name}\` | ${shown} | ${meaning} |`.replaceAll(/ +/g, ' ');
  });
  expect(rows).toEqual(expected);
});
