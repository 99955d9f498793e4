import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

test('SECURITY.md names tests and pages that are there, one for each threat at least', async () => {
  const page = await readFile(new URL('SECURITY.md', root), 'utf8');
  const rows = page.match(/^\| (?!what|---).*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) expect(row).toMatch(/`test\/[\w/.-]+`/);
  const named = [
    ...page.matchAll(/`(test\/[\w/.-]+)`/g),
    ...page.matchAll(/\]\((docs\/[\w-]+\.md)\)/g),
  ].map(([, path = '']) => path);
  const missing = named.filter((path) => !existsSync(fileURLToPath(new URL(path, root))));
  expect(missing).toEqual([]);
});
