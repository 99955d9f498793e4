import type { Condition, Judgement, Sample } from '../../src/domain/alert-rule.js';

/** What `judge` is to say. The evaluation in SQL is held to the same table. */
export interface JudgementCase {
  readonly condition: Pick<Condition, 'comparison' | 'threshold' | 'resolveAt' | 'minimum'>;
  readonly sample: Sample;
  readonly isOpen: boolean;
  readonly judgement: Judgement;
}

const above = { comparison: 'above', threshold: 0.5, resolveAt: null, minimum: 0 } as const;
const below = { comparison: 'below', threshold: 0.5, resolveAt: null, minimum: 0 } as const;
const aboveSlack = { ...above, resolveAt: 0.2 };
const belowSlack = { ...below, resolveAt: 0.8 };
const strict = { ...below, minimum: 100 };

/** Values are hundredths, and success rates of 100 attempts where there are attempts. */
export const JUDGEMENTS: readonly JudgementCase[] = [
  ...cases(above, 100, [
    [0.51, 'open', 'stay'],
    [0.5, 'none', 'resolve'],
    [0, 'none', 'resolve'],
  ]),
  ...cases(below, 100, [
    [0.49, 'open', 'stay'],
    [0.5, 'none', 'resolve'],
    [1, 'none', 'resolve'],
  ]),
  ...cases(aboveSlack, 100, [
    [0.51, 'open', 'stay'],
    [0.5, 'none', 'stay'],
    [0.21, 'none', 'stay'],
    [0.2, 'none', 'resolve'],
  ]),
  ...cases(belowSlack, 100, [
    [0.49, 'open', 'stay'],
    [0.5, 'none', 'stay'],
    [0.79, 'none', 'stay'],
    [0.8, 'none', 'resolve'],
  ]),
  ...cases(strict, 99, [
    [0, 'none', 'stay'],
    [1, 'none', 'stay'],
  ]),
  ...cases(strict, 100, [
    [0, 'open', 'stay'],
    [1, 'none', 'resolve'],
  ]),
  ...cases(below, 0, [[null, 'none', 'stay']]),
];

function cases(
  condition: JudgementCase['condition'],
  attempts: number,
  table: readonly (readonly [value: number | null, whileClosed: Judgement, whileOpen: Judgement])[],
): JudgementCase[] {
  return table.flatMap(([value, whileClosed, whileOpen]) => [
    { condition, sample: { value, attempts }, isOpen: false, judgement: whileClosed },
    { condition, sample: { value, attempts }, isOpen: true, judgement: whileOpen },
  ]);
}
