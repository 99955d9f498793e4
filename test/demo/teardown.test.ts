import { expect, test } from 'vitest';
import { withTeardown } from '../../src/demo/teardown.js';

function setup() {
  const undone: string[] = [];
  const undo = (name: string, error?: Error) => async () => {
    undone.push(name);
    if (error !== undefined) throw error;
  };
  return { undone, undo };
}

test('undoes what was started, the last first', async () => {
  const { undone, undo } = setup();
  await withTeardown(async (later) => {
    later(undo('folder'));
    later(undo('server'));
  });
  expect(undone).toEqual(['server', 'folder']);
});

test('undoes it where the work threw, and throws the same', async () => {
  const { undone, undo } = setup();
  const fault = new Error('no');
  const run = withTeardown(async (later) => {
    later(undo('folder'));
    throw fault;
  });
  await expect(run).rejects.toBe(fault);
  expect(undone).toEqual(['folder']);
});

test('undoes the rest where one step fails, and throws what failed', async () => {
  const { undone, undo } = setup();
  const fault = new Error('no');
  const run = withTeardown(async (later) => {
    later(undo('folder'));
    later(undo('server', fault));
  });
  await expect(run).rejects.toBe(fault);
  expect(undone).toEqual(['server', 'folder']);
});

test('throws everything where the work and a step failed', async () => {
  const { undo } = setup();
  const faults = [new Error('work'), new Error('step')];
  const run = withTeardown(async (later) => {
    later(undo('server', faults[1]));
    throw faults[0];
  });
  await expect(run).rejects.toMatchObject({ errors: faults });
});
