import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { type Page, proseOf, ROOT, readPages } from './pages.js';

const pages = await readPages();

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf({ text }: Page): Set<string> {
  const headings = text.matchAll(/^#{1,6} (.+)$/gm);
  const anchors = new Set<string>();
  for (const [, heading = ''] of headings) {
    const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '');
    const anchor = words.trim().replaceAll(' ', '-');
    let unique = anchor;
    for (let nth = 1; anchors.has(unique); nth += 1) unique = `${anchor}-${nth}`;
    anchors.add(unique);
  }
  return anchors;
}

/** What is wrong with the links of a page to others, and to itself. */
function brokenLinks(page: Page): string[] {
  const links = proseOf(page).matchAll(/(?:\]\(|src(?:set)?=")([^)"\s]+)/g);
  const targets = [...links].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page.path : normalize(join(dirname(page.path), path));
      if (!existsSync(join(ROOT, file))) return true;
      if (anchor === undefined) return false;
      const other = pages.find((each) => each.path === file);
      return other === undefined || !anchorsOf(other).has(anchor);
    });
}

test.each(pages)('every link of $path leads to a file and a heading that are there', (page) => {
  expect(brokenLinks(page)).toEqual([]);
});

test('every page of docs/ is reached from the README by links', () => {
  const reached = new Set<string>();
  const visit = (path: string) => {
    const page = pages.find((each) => each.path === path);
    if (page === undefined || reached.has(path)) return;
    reached.add(path);
    for (const [, target = ''] of proseOf(page).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
      if (!/^[a-z]+:/.test(target)) visit(normalize(join(dirname(path), target)));
    }
  };
  visit('README.md');
  const lost = pages.map(({ path }) => path).filter((path) => !reached.has(path));
  expect(lost.filter((path) => path.startsWith('docs/'))).toEqual([]);
});
