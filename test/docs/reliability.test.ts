import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { INVARIANTS } from '../../src/domain/invariant.js';

const root = new URL('../../', import.meta.url);
const page = await readFile(new URL('docs/reliability.md', root), 'utf8');

/** The tests that the page names, as file and title. */
const named = [...page.matchAll(/`(test\/[\w/.-]+\.ts)`: \*([^*]+)\*/g)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

describe('docs/reliability.md', () => {
  test('names a test for each promise and each failure', () => {
    const promises = page.match(/^\d+\. \*\*/gm) ?? [];
    const failures = page
      .slice(page.indexOf('## When something fails'), page.indexOf('## Reconciliation'))
      .match(/^\| [^-w]/gm);
    expect(promises.length).toBeGreaterThan(5);
    expect(named.length).toBeGreaterThanOrEqual(promises.length + (failures?.length ?? 0));
  });

  test.each(named)('%s has the test "%s"', async (file, title) => {
    const source = await readFile(new URL(file, root), 'utf8');
    expect(source).toContain(title);
  });

  test('has every invariant, in the words of the code', () => {
    for (const invariant of Object.keys(INVARIANTS)) expect(page).toContain(`| \`${invariant}\` |`);
  });
});
