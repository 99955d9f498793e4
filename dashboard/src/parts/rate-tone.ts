import type { Tone } from './layout.js';

export function rateTone(rate: number | null): Tone {
  if (rate === null) return 'quiet';
  return rate >= 0.99 ? 'good' : rate >= 0.9 ? 'warn' : 'bad';
}
