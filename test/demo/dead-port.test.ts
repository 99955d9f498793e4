import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { takeDeadPort } from '../../src/demo/dead-port.js';

test('a dead port refuses connections, and is free again afterwards', async () => {
  const dead = await takeDeadPort();
  const [error] = await once(
    connect(dead.port, '127.0.0.1').on('error', () => undefined),
    'error',
  );
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  await dead.stop();
  const server = createServer().listen(dead.port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
});
