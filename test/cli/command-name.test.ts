import { expect, test } from 'vitest';
import { commandName } from '../../src/cli/command-name.js';

test.each([
  ['posthorn', 'npm run posthorn --'],
  ['npx', 'npx posthorn'],
  ['start', 'posthorn'],
  [undefined, 'posthorn'],
])('what npm runs as %s is called %s', (script, name) => {
  expect(commandName(script)).toBe(name);
});
