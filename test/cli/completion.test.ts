import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { visibleCommands } from '../../src/cli/command-tree.js';
import { bashScript } from '../../src/cli/completion/bash.js';
import { fishScript } from '../../src/cli/completion/fish.js';
import { completionWords } from '../../src/cli/completion/words.js';
import { zshScript } from '../../src/cli/completion/zsh.js';
import { createProgram } from '../../src/cli/program.js';

const words = completionWords(createProgram());

/** What bash offers for the last of these words. */
async function completeInBash(...line: readonly string[]): Promise<readonly string[]> {
  const ask = [
    'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _posthorn',
    `printf "%s\\n" "\${COMPREPLY[@]}"`,
  ].join('\n');
  const script = `${bashScript(words)}\n${ask}`;
  const args = ['--norc', '-uc', script, 'bash', 'posthorn', ...line];
  const { stdout } = await promisify(execFile)('bash', args);
  return stdout.split('\n').filter((word) => word !== '');
}

describe('in bash', () => {
  test.each([
    [['web'], ['webhook']],
    [
      ['webhook', 're'],
      ['reactivate', 'remove'],
    ],
    [
      ['delivery', 'list', '--status', ''],
      ['pending', 'delivered', 'exhausted', 'discarded'],
    ],
    [['delivery', 'list', '--status', 'ex'], ['exhausted']],
    [['webhook', 'list', '--state', 'failing', '--ti'], ['--tier']],
    [['key', 'add', 'backend', '--role', 'p'], ['producer']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['listen', '--port', ''], []],
    [['event', 'send-batch', ''], []], // bash offers files itself
    [['worker-'], []],
  ])('%j', async (line, offered) => {
    expect(await completeInBash(...line)).toEqual(offered);
  });
});

test('every command and option is in the script of each shell', () => {
  const names = createProgram().commands.filter((command) => command.name() !== 'worker-process');
  expect(visibleCommands(createProgram())).toHaveLength(names.length);
  for (const { path, options } of words.slice(1)) {
    for (const script of [bashScript(words), zshScript(words)]) {
      expect(script).toContain(`'${path}'`);
      for (const { text } of options) expect(script).toContain(text);
    }
    for (const { text } of options) {
      expect(fishScript(words)).toContain(`'__posthorn_at ${path}' -l ${text.slice(2)} `);
    }
  }
});
