import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../src/api/problems.js';
import { API_KEY, makeIncident, makeKey, openTestApi, register } from './setup.js';

const run = promisify(execFile);

const DOCUMENT = new URL('../../docs/http-api.md', import.meta.url);

async function blocks(language: string): Promise<string[]> {
  const text = await readFile(DOCUMENT, 'utf8');
  const found = text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'));
  return [...found].map(([, block = '']) => block);
}

test('every example of the document succeeds', async () => {
  const bundle = await openTestApi();
  const { call, address } = bundle;
  const examples = (await blocks('sh')).filter((block) => block.includes('curl'));
  expect(examples).toHaveLength(38);
  for (const example of examples) {
    // Things of its own for each, because some delete or change them.
    const { id: webhookId } = await register(call);
    const { id: keyId } = await makeKey(call, { role: 'viewer' });
    const channel = { name: 'ops', kind: 'slack', url: 'https://hooks.example.com/T0' };
    const { body: made } = await call<{ id: string }>('POST', '/v1/channels', { json: channel });
    const { body: replay } = await call<{ id: string }>(
      'POST',
      `/v1/webhooks/${webhookId}/replay`,
      {
        json: { from: '1h' },
      },
    );
    const { ruleId, incidentId } = await makeIncident(bundle, webhookId);
    const json = { type: 'expense.created', payload: {} };
    const { body: event } = await call<{ id: string }>('POST', '/v1/events', { json });
    const { body: deliveries } = await call<{ data: { id: string }[] }>(
      'GET',
      `/v1/deliveries?webhookId=${webhookId}`,
    );
    // The status of each answer goes to stderr, so that one that failed shows whichever it was.
    const script = `curl() { command curl -q -sS -w '%{stderr}%{http_code}\\n' "$@"; }\n${example}`;
    const { stdout, stderr } = await run('sh', ['-eu', '-c', script], {
      env: {
        PATH: process.env.PATH,
        POSTHORN: address,
        KEY: API_KEY,
        WEBHOOK: webhookId,
        EVENT: event.id,
        API_KEY_ID: keyId,
        CHANNEL: made.id,
        RULE: ruleId,
        INCIDENT: incidentId,
        REPLAY: replay.id,
        DELIVERY: deliveries.data[0]?.id,
      },
    });
    const statuses = stderr.trim().split('\n');
    const failed = statuses.filter((status) => !/^2\d\d$/.test(status));
    expect({ example, stdout, failed }).toEqual({ example, stdout, failed: [] });
  }
});

test('every example of an answer is JSON', async () => {
  for (const block of await blocks('json')) expect(() => JSON.parse(block)).not.toThrow();
});

test('the table of problems is complete', async () => {
  const text = await readFile(DOCUMENT, 'utf8');
  const rows = [...text.matchAll(/^\| (\d{3}) +\| `(\w+)` +\|/gm)];
  expect(rows.map(([, status, code]) => [code, Number(status)]).toSorted()).toEqual(
    Object.entries(PROBLEMS)
      .map(([code, { status }]) => [code, status])
      .toSorted(),
  );
});
