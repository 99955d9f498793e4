import { expect, test } from 'vitest';
import { createPosthorn } from '../../src/posthorn.js';
import { pollUntil } from '../support/poll.js';
import { openTestApi } from './setup.js';

interface ProcessBody {
  readonly id: string;
  readonly roles: readonly string[];
  readonly pid: number;
  readonly alive: boolean;
}

test('processes announce themselves with their roles, and take it back when they stop', async () => {
  const { posthorn, call, ledger, options } = await openTestApi();
  const list = async () => (await call<{ data: ProcessBody[] }>('GET', '/v1/processes')).body.data;
  expect(await list()).toEqual([]);
  const other = await createPosthorn(options);
  await other.start(['worker']);
  await posthorn.start(['scheduler', 'worker']);
  const both = await pollUntil(list, (found) => found.flatMap(({ roles }) => roles).length === 3);
  expect(both.map(({ roles }) => roles.length).toSorted()).toEqual([1, 2]);
  expect(both[0]).toMatchObject({ pid: process.pid, alive: true, inFlight: 0 });
  await other.stop();
  expect(await list()).toMatchObject([{ roles: ['scheduler', 'worker'] }]);
  // One that was killed says nothing, and is not there for half a minute.
  await ledger.$executeRaw`UPDATE posthorn.processes SET seen_at = now() - interval '31 seconds'`;
  expect(await list()).toMatchObject([{ alive: false }]);
});
