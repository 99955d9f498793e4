import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url));

const figures = await import(new URL('../../bench/figures.mjs', import.meta.url).href);
const { plot } = await import(new URL('../../bench/plot.mjs', import.meta.url).href);

const run = (...flags: string[]) =>
  promisify(execFile)(process.execPath, [MAIN, ...flags], { maxBuffer: 2 ** 24 });

describe('a benchmark', () => {
  test('runs every peer and tells its figures, its targets and a plot', async () => {
    const plots = await mkdtemp(join(tmpdir(), 'posthorn-plots-'));
    const { stdout } = await run(
      'throughput',
      '--quick',
      '--count',
      '100',
      '--json',
      '--plots',
      plots,
    );
    const { scenarios } = JSON.parse(stdout);
    expect(scenarios).toHaveLength(1);
    const [{ rows, targets }] = scenarios;
    expect(rows.map(({ peer }: { peer: string }) => peer)).toEqual([
      'bare node:http',
      'bare BullMQ + got',
      'by hand',
      'posthorn',
    ]);
    for (const { medians } of rows) {
      expect(medians.rssMiB).toBeGreaterThan(0);
      expect(Object.keys(medians)).toEqual(['perSecond', 'cpuMicros', 'receiverMicros', 'rssMiB']);
    }
    expect(targets).toHaveLength(3);
    expect(await readFile(join(plots, 'throughput.svg'), 'utf8')).toContain('</svg>');
    await rm(plots, { recursive: true });
  });

  test('names the scenarios where there is none of that name', async () => {
    await expect(run('speed')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there are throughput, enqueue, convoy'),
    });
  });
});

test.each([
  [[3, 1, 2], 50, 2],
  [[1, 2, 3, 4], 99, 4],
  [[5], 50, 5],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 95, 10],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, 9],
])('of %j the %dth percentile is %d', (numbers, percent, value) => {
  expect(figures.percentile(numbers, percent)).toBe(value);
});

test('the median of each figure is over the rounds', () => {
  const rounds = [
    { a: 1, b: 30 },
    { a: 3, b: 10 },
    { a: 2, b: 20 },
  ];
  expect(figures.medians(rounds)).toEqual({ a: 2, b: 20 });
});

test('a plot escapes what it is given, and stands a figure that is missing', () => {
  const svg = plot({
    title: 'a < b & "c"',
    columns: [{ name: 'x', label: 'x' }],
    rows: [
      { peer: 'one', rounds: [{ x: 1 }, { x: 3 }], medians: { x: 3 } },
      { peer: 'two', rounds: [{ x: Number.NaN }], medians: { x: Number.NaN } },
    ],
  });
  expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
  expect(svg).not.toContain('NaN');
});
