import { describe, expect, test } from 'vitest';
import { createProgressDisplay } from '../../src/cli/demo-progress.js';
import type { DemoProgress } from '../../src/demo/progress.js';

function setup({ rewrite }: { rewrite: boolean }) {
  const written: string[] = [];
  const display = createProgressDisplay({ write: (text) => written.push(text), rewrite });
  return { display, written };
}

function progressAt(elapsedMs: number, delivered = 500): DemoProgress {
  return { enqueued: 1_000, delivered, owed: 2_000, retries: 12, elapsedMs };
}

describe('in a terminal', () => {
  test('one line is rewritten, and ended once', () => {
    const { display, written } = setup({ rewrite: true });
    display.show(progressAt(1_000));
    display.show(progressAt(1_010));
    display.show(progressAt(1_200, 1_000));
    display.end();
    display.end();
    expect(written).toEqual([
      '\r\u001b[K[###-------]  enqueued 1000  delivered 500/2000  retries 12  1.0 s',
      '\r\u001b[K[#####-----]  enqueued 1000  delivered 1000/2000  retries 12  1.2 s',
      '\n',
    ]);
  });

  test('what is said goes below it', () => {
    const { display, written } = setup({ rewrite: true });
    display.show(progressAt(1_000));
    display.say('Done.');
    expect(written.slice(1)).toEqual(['\n', 'Done.\n']);
  });
});

describe('elsewhere', () => {
  test('a line is printed now and then, and the last numbers always', () => {
    const { display, written } = setup({ rewrite: false });
    for (const elapsedMs of [0, 500, 1_500, 2_100, 2_500]) display.show(progressAt(elapsedMs));
    display.end();
    const times = written.map((line) => /([\d.]+) s\n$/.exec(line)?.[1]);
    expect(times).toEqual(['0.0', '2.1', '2.5']);
  });
});

test('a line fits 80 columns with the most events', () => {
  const { display, written } = setup({ rewrite: false });
  const most = { enqueued: 100_000, delivered: 200_000, owed: 200_000 };
  display.show({ ...most, retries: 42_857, elapsedMs: 123_456 });
  expect(written[0]?.length).toBeLessThan(80);
});
