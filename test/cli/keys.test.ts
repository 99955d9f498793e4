import { expect, test } from 'vitest';
import { runCommand, runJson } from '../support/command-line.js';
import { freshOptions } from '../support/posthorn.js';

interface KeyDocument {
  readonly id: string;
  readonly key: string;
}

test('posthorn key: add, list and revoke, for programs', async () => {
  const settings = await freshOptions();
  const words = ['key', 'add', 'the backend', '--role', 'producer', '--account', 'acme'];
  const added = await runJson<KeyDocument>(words, settings);
  expect(added).toMatchObject({
    id: expect.stringMatching(/^key_/),
    key: expect.stringMatching(/^phk_/),
    name: 'the backend',
    role: 'producer',
    accountId: 'acme',
    revokedAt: null,
  });
  const { id } = added;
  const listed = await runJson<{ data: KeyDocument[] }>(['key', 'list'], settings);
  expect(listed).toMatchObject({ data: [{ id, lastUsedAt: null }], nextCursor: null });
  expect(JSON.stringify(listed)).not.toContain(added.key);
  const elsewhere = ['key', 'revoke', id, '--account', 'other'];
  expect(await runJson(elsewhere, settings)).toMatchObject({ error: { code: 'not_found' } });
  expect(await runJson(['key', 'revoke', id], settings)).toMatchObject({
    id,
    revokedAt: expect.stringMatching(/Z$/),
  });
});

test('posthorn key: for people', async () => {
  const settings = await freshOptions();
  expect((await runCommand(['key', 'list'], settings)).stdout).toBe('no keys\n');
  const added = await runCommand(['key', 'add', 'ops', '--role', 'operator'], settings);
  expect(added.stdout).toMatch(/^id {3}key_\w+\nkey {2}phk_\S+ {2}\(shown this once\)\n$/);
  const { stdout } = await runCommand(['key', 'list'], settings);
  expect(stdout).toMatch(/ops +operator +every account +valid +never/);
});

test('posthorn key: a role that is none is refused, and one is needed', async () => {
  const settings = await freshOptions();
  const none = await runCommand(['key', 'add', 'a'], settings);
  expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--role') });
  const wrong = await runCommand(['key', 'add', 'a', '--role', 'owner'], settings);
  expect(wrong).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Allowed choices are admin, operator, producer, viewer'),
  });
});
