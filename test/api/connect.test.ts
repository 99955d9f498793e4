import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { openTestApi } from './setup.js';

test('CONNECT from clients that reset their connection ends nothing', async () => {
  const { address, call } = await openTestApi();
  const { hostname, port } = new URL(address);
  const reset = () =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', () => socket.resetAndDestroy());
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
  // What nothing catches in here would fail the run.
  await Promise.all(Array.from({ length: 50 }, reset));
  expect((await call('GET', '/healthz')).status).toBe(200);
});
