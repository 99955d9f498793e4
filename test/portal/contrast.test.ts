import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrastOf, readableOn, textOn } from '../../dashboard/src/portal/contrast.js';

const colour = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`);

test.each([
  ['light', ['#f6f7f7', '#fff']],
  ['dark', ['#101615', '#182120']],
])(
  'whatever accent is asked for, it can be read in the %s theme, and what is on it',
  (_theme, backgrounds) => {
    fc.assert(
      fc.property(colour, (accent) => {
        const shown = readableOn(accent, backgrounds);
        for (const background of backgrounds) {
          expect(contrastOf(shown, background)).toBeGreaterThanOrEqual(4.5);
        }
        expect(contrastOf(shown, textOn(shown))).toBeGreaterThanOrEqual(4.5);
      }),
    );
  },
);

test('an accent that can be read stays as it is', () => {
  expect(readableOn('#a21caf', ['#f6f7f7', '#fff'])).toBe('#a21caf');
  expect(contrastOf('#000', '#ffffff')).toBeCloseTo(21);
});
