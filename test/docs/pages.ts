import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One fenced block of code. */
export interface CodeBlock {
  /** The page's path from the root, like `docs/receiving.md`. */
  readonly page: string;
  /** The line of its fence, from 1. */
  readonly line: number;
  /** What stands after the fence; empty for a drawing. */
  readonly language: string;
  readonly text: string;
  /** The file that its first line names in a comment, like `// receiver.ts`; undefined where it names none. */
  readonly file: string | undefined;
}

/** A page of the documents. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
}

/** Every page that people read: those of the root, docs/, bench/ and the examples. */
export async function readPages(): Promise<readonly Page[]> {
  const paths: string[] = [];
  for (const folder of ['docs', 'bench', 'examples']) {
    for (const entry of await readdir(join(ROOT, folder), { recursive: true })) {
      if (!entry.includes('node_modules')) paths.push(join(folder, entry));
    }
  }
  paths.push(...(await readdir(ROOT)));
  const pages = paths.filter((path) => path.endsWith('.md')).toSorted();
  return Promise.all(
    pages.map(async (path) => {
      const text = await readFile(join(ROOT, path), 'utf8');
      return { path: relative(ROOT, join(ROOT, path)), text, blocks: findBlocks(path, text) };
    }),
  );
}

const FENCE = /^```([^\n`]*)\n(.*?)^```$/gms;
const FILE = /^(?:\/\/|#|--) ([\w./-]+\.\w+)$/;

function findBlocks(page: string, markdown: string): CodeBlock[] {
  return [...markdown.matchAll(FENCE)].map(({ 1: language = '', 2: text = '', index }) => ({
    page,
    line: markdown.slice(0, index).split('\n').length,
    language: language.trim(),
    text,
    file: FILE.exec(text.split('\n', 1)[0] ?? '')?.[1],
  }));
}

/** Where a block stands, as editors open it. */
export function placeOf({ page, line }: CodeBlock): string {
  return `${page}:${line}`;
}

/** The same text with what is code in it left out, so that a link in an example is none of the page. */
export function proseOf({ text }: Page): string {
  return text.replaceAll(FENCE, '').replaceAll(/`[^`\n]+`/g, '``');
}
