const NUMBER = new Intl.NumberFormat('en');
const PERCENT = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

export const number = (value: number) => NUMBER.format(value);

export const percent = (share: number | null) => (share === null ? '–' : PERCENT.format(share));

export const time = (iso: string) => TIME.format(new Date(iso));

/** Milliseconds, in the unit that reads best. */
export function milliseconds(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1_000) return `${NUMBER.format(Math.round(ms))} ms`;
  if (ms < 60_000) return `${NUMBER.format(Math.round(ms / 100) / 10)} s`;
  return duration(ms);
}

/** A longer time, in its largest unit. */
export function duration(ms: number): string {
  const [unit, length] = UNITS.find(([, each]) => ms >= each) ?? (['second', 1_000] as const);
  const count = Math.floor(ms / length);
  return `${NUMBER.format(count)} ${unit}${count === 1 ? '' : 's'}`;
}

/** How long ago, or in how long. */
export function ago(iso: string, now = Date.now()): string {
  const differenceMs = new Date(iso).getTime() - now;
  const [unit, length] = UNITS.find(([, each]) => Math.abs(differenceMs) >= each) ?? [
    'second' as const,
    1_000,
  ];
  return RELATIVE.format(Math.trunc(differenceMs / length), unit);
}

const SIZES = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size, in the unit that reads best. */
export function bytes(count: number): string {
  const step = Math.min(Math.floor(Math.log2(Math.max(1, count)) / 10), SIZES.length - 1);
  return `${NUMBER.format(Math.round((count / 1_024 ** step) * 10) / 10)} ${SIZES[step]}`;
}

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${NUMBER.format(count)} ${count === 1 ? one : many}`;
