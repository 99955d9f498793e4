import { expect, test } from 'vitest';
import { type TopState, topFrame } from '../../src/cli/top/frame.js';

const quantiles = { p50: 12, p95: 40, p99: 90 };
const at = new Date('2026-11-28T12:00:00Z');

const state: TopState = {
  overview: {
    at,
    from: new Date('2026-11-28T10:00:00Z'),
    attempts: 400,
    successes: 300,
    failures: 100,
    failuresByClass: { http_5xx: 100 },
    successRate: 0.75,
    latencyMs: quantiles,
    deliveryMs: quantiles,
    series: [1, 5, 3].map((successes) => ({
      start: at,
      successes,
      failures: 0,
      failuresByClass: {},
      latencyMs: quantiles,
    })),
    backlog: { due: 7, oldestDueSeconds: 90 },
    queue: { waiting: 1, active: 2, delayed: 3 },
    webhooks: { active: 4, failing: 1, inactive: 2, breakersOpen: 1 },
    openIncidents: 1,
    worst: [
      {
        webhookId: 'wh_0192f0c1a2b37c4d8e5f60718293a4b5',
        accountId: 'acme',
        url: `https://example.com/${'long/'.repeat(30)}\u009b2J`,
        attempts: 120,
        failures: 100,
        consecutiveFailures: 9,
        tier: 'standard',
        active: true,
        breaker: 'open',
        failingSince: at,
        lastSuccess: null,
        lastError: null,
        deactivatesAt: null,
        owed: 7,
      },
    ],
  },
  processes: [
    {
      id: 'prc_1',
      roles: ['worker', 'scheduler'],
      host: 'a',
      pid: 1,
      version: '0.1.0',
      inFlight: 5,
      startedAt: at,
      seenAt: at,
      alive: true,
    },
  ],
};

test.each([
  [80, 24],
  [40, 8],
  [200, 60],
])('fits a terminal of %i columns and %i rows', (columns, rows) => {
  const lines = topFrame(state, { columns, rows, fault: undefined });
  expect(lines.length).toBeLessThanOrEqual(rows);
  for (const { text } of lines) expect(text.length).toBeLessThanOrEqual(columns);
});

test('shows figures, processes and the worst webhooks, and steers no terminal', () => {
  const text = topFrame(state, { columns: 400, rows: 24, fault: undefined })
    .map((line) => line.text)
    .join('\n');
  expect(text).toMatch(/^posthorn top .*2026-11-28T12:00:00.000Z {2}q quits\n/);
  expect(text).toMatch(/attempts +400 in two hours, 75\.00 % succeeded/);
  expect(text).toMatch(/successes +▂█▅/);
  expect(text).toMatch(/backlog +7 due and not queued, the oldest for /);
  expect(text).toMatch(/processes +1 worker, 1 scheduler; 5 in flight/);
  expect(text).toMatch(/wh_0192f0c1\S+ +9 +100 of 120 +https:\/\/example\.com/);
  expect(text).toContain('\\u009b2J');
});

test('keeps the last figures where they can not be read anew, and says why', () => {
  const lines = topFrame(state, { columns: 80, rows: 24, fault: 'connection refused' });
  expect(lines[1]).toEqual({ text: "can't be read now: connection refused", colour: 'red' });
  expect(lines[2]?.text).toMatch(/^webhooks/);
  expect(topFrame(undefined, { columns: 80, rows: 24, fault: undefined })[2]?.text).toBe(
    'reading …',
  );
});
