import { expect, test } from 'vitest';
import type { DemoReport } from '../../src/demo/report.js';
import { startDemoProcess } from './demo-process.js';

const NOTHING = { entries: [], processes: [] };
const PATIENCE_MS = 120_000;

test('the demo delivers every event, deactivates the dead webhook, and leaves nothing behind', {
  timeout: PATIENCE_MS,
}, async () => {
  const demo = await startDemoProcess('--json', '--events', '200');
  const { exitCode, stdout } = await demo.ended();
  const report: DemoReport = JSON.parse(stdout);
  expect(report).toMatchObject({ ok: true, differences: [], events: 200 });
  const [healthy, flaky, dead] = report.webhooks;

  expect(healthy).toMatchObject({
    name: 'healthy',
    active: true,
    successCount: 200,
    failureCount: 0,
    consecutiveFailures: 0,
    deliveries: { delivered: 200, pending: 0, exhausted: 0, discarded: 0 },
    attempts: 200,
    receiver: { accepted: 200, duplicates: 0, refused: 0, unverified: 0 },
  });
  expect(flaky).toMatchObject({
    name: 'flaky',
    active: true,
    successCount: 200,
    consecutiveFailures: 0,
    deliveries: { delivered: 200, pending: 0, exhausted: 0, discarded: 0 },
    receiver: { accepted: 200, duplicates: 0, unverified: 0 },
  });
  expect(flaky?.receiver?.refused).toBe(flaky?.failureCount);
  expect(flaky?.failureCount).toBeGreaterThan(30);
  expect(flaky?.attempts).toBe(200 + Number(flaky?.failureCount));
  expect(dead).toMatchObject({
    name: 'dead',
    active: false,
    deactivationReason: 'zombie',
    lastSuccess: null,
    successCount: 0,
    deliveries: { delivered: 0, pending: 200, exhausted: 0, discarded: 0 },
    receiver: null,
  });
  expect(dead?.deactivationDetail).toContain('no success for longer than 1s');
  expect(dead?.consecutiveFailures).toBe(dead?.failureCount);

  expect(exitCode).toBe(0);
  expect(await demo.remains()).toEqual(NOTHING);
});

test('a signal ends the demo early, and it leaves nothing behind', {
  timeout: PATIENCE_MS,
}, async () => {
  const demo = await startDemoProcess('--events', '5000');
  await demo.says('Enqueueing');
  expect(await demo.remains()).not.toEqual(NOTHING);
  demo.send('SIGTERM');
  expect(await demo.ended()).toEqual({ exitCode: 143, stdout: '' });
  expect(await demo.remains()).toEqual(NOTHING);
});

test('with --serve everything runs on after the report, until Ctrl-C', {
  timeout: PATIENCE_MS,
}, async () => {
  const demo = await startDemoProcess('--json', '--serve', '--events', '5');
  const said = await demo.says('Ctrl-C stops everything');
  expect(said).toContain(`data directory  ${demo.folder}`);
  expect(said).not.toMatch(/postgresql:\/\/[^@\s]*:[^@\s]*@/);

  const healthy = /healthy +(\S+)/.exec(said)?.[1] ?? '';
  const unsigned = await fetch(healthy, { method: 'POST', body: '{}' });
  expect(unsigned.status).toBe(401);

  demo.send('SIGINT');
  const { exitCode, stdout } = await demo.ended();
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, events: 5 });
  expect(await demo.remains()).toEqual(NOTHING);
});
