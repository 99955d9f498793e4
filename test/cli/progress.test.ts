import { expect, test } from 'vitest';
import { progressLine } from '../../src/cli/progress.js';
import { sparkline } from '../../src/cli/sparkline.js';

test.each([
  [0, 200, 0, '[------------------------]  0 %  restoring: 0 of 200'],
  [50, 200, 1_000, '[######------------------]  25 %  restoring: 50 of 200'],
  [50, 200, 3_000, '[######------------------]  25 %  restoring: 50 of 200  about 9 seconds left'],
  [199, 200, 9_000, '[########################]  99 %  restoring: 199 of 200  about 1 second left'],
  [200, 200, 9_000, '[########################]  100 %  restoring: 200 of 200'],
  [0, 0, 9_000, '[########################]  100 %  restoring: 0 of 0'],
])('%i of %i after %i ms', (done, total, elapsedMs, line) => {
  expect(progressLine('restoring', { done, total, at: 'x' }, elapsedMs)).toBe(line);
});

test('a row of bars has the highest full, the least seen, and none for nothing', () => {
  expect(sparkline([0, 1, 4, 8, 1_000, 0])).toBe(' ▁▁▁█');
  expect(sparkline([1, 2, 3, 4])).toBe('▂▄▆█');
  expect(sparkline([0, 0])).toBe('');
});
