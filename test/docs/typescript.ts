import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type CodeBlock, placeOf, ROOT } from './pages.js';

/** A block of TypeScript as a module. */
interface Module {
  readonly block: CodeBlock;
  /** Its path without the ending, below the folder of sources and the folder of what is compiled. */
  readonly name: string;
}

/** The documents' blocks of TypeScript, compiled together. */
export interface CompiledBlocks {
  /** What the compiler found wrong, each with the place of the page that it is in. */
  readonly faults: readonly string[];
  /** The URL of a block's module. */
  moduleOf(block: CodeBlock): string;
}

const OPTIONS = {
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable'],
  types: ['node'],
  jsx: 'react-jsx',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  // NestJS has decorators of the former kind.
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/**
 * Compiles blocks in one run of the compiler, each as a module of its own that imports Posthorn as it was
 * built. Those of one page lie in one folder, `@/` for them, under the names that their first lines give,
 * so that they may import each other.
 */
export async function compileBlocks(
  blocks: readonly CodeBlock[],
  folder: string,
): Promise<CompiledBlocks> {
  const modules = blocks.map((block): Module => {
    const name = block.file?.replace(/\.tsx?$/, '') ?? `line-${block.line}`;
    return { block, name: join(block.page, name) };
  });
  await linkPackages(join(folder, 'node_modules'));
  for (const { block, name } of modules) {
    const path = join(folder, 'source', `${name}.ts`);
    await mkdir(dirname(path), { recursive: true });
    const up = relative(dirname(name), block.page) || '.';
    const text = block.text.replaceAll(/ from '@\/([^']+)'/g, ` from './${up}/$1.js'`);
    // Without an import or export it would be a script, whose names are everybody's.
    await writeFile(path, `${text}\nexport {};\n`);
  }
  const compilerOptions = { ...OPTIONS, rootDir: 'source', outDir: 'compiled' };
  const files = modules.map(({ name }) => `source/${name}.ts`);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: [join(ROOT, 'test/docs/prelude.d.ts'), ...files] }),
  );
  return {
    faults: (await compile(folder)).map((fault) => inPage(fault, modules)),
    moduleOf(block) {
      const found = modules.find((each) => each.block === block);
      if (found === undefined) throw new Error(`${placeOf(block)} was not compiled`);
      return pathToFileURL(join(folder, 'compiled', `${found.name}.js`)).href;
    },
  };
}

/** Lets modules below import every package of the checkout, and Posthorn. */
async function linkPackages(folder: string): Promise<void> {
  await mkdir(folder);
  await symlink(ROOT, join(folder, 'posthorn'));
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(folder, name));
  }
}

/** Compiles, and answers with the lines that say what is wrong. */
function compile(cwd: string): Promise<string[]> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, '--pretty', 'false'], { cwd }, (error, stdout) => {
      resolve(error === null ? [] : stdout.trim().split('\n'));
    });
  });
}

/** A line of the compiler with the line of the page in place of that of the module. */
function inPage(fault: string, modules: readonly Module[]): string {
  return fault.replace(/^source\/(.+)\.ts\((\d+),\d+\)/, (all, name: string, line: string) => {
    const block = modules.find((each) => each.name === name)?.block;
    return block === undefined ? all : `${block.page}:${block.line + Number(line)}`;
  });
}

/** A process that runs compiled blocks. */
export interface BlockProcess {
  /**
   * Runs a module with more variables in its environment. Rejects where it throws.
   *
   * @returns the port on which it listens, where it does
   */
  run(module: string, environment: Readonly<Record<string, string>>): Promise<number | undefined>;
  stop(): Promise<void>;
}

type Answer = { readonly id: number; readonly fault?: string; readonly port?: number };

/** Starts a process for compiled blocks, with this environment and PATH. */
export async function startBlockProcess(
  environment: Readonly<Record<string, string>>,
): Promise<BlockProcess> {
  const child = fork(fileURLToPath(new URL('block-process.mjs', import.meta.url)), {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const waiting = new Map<number, (answer: Answer) => void>();
  await Promise.race([once(child, 'message'), exited.then(() => ended())]);
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;

  async function ask(module: string, variables: Readonly<Record<string, string>>) {
    const id = count;
    count += 1;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    child.send({ id, module, environment: variables });
    const { fault, port } = await Promise.race([answered, exited.then(() => ended())]);
    if (fault !== undefined) throw new Error(fault);
    return port;
  }

  function ended(): never {
    throw new Error('the process of the blocks ended');
  }

  return {
    run(module, variables) {
      // One after another, because they share an environment.
      const answer = last.then(() => ask(module, variables));
      last = answer.catch(() => undefined);
      return answer;
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
