import { expect, test } from 'vitest';
import { runCommand, runJson } from '../support/command-line.js';
import { freshOptions } from '../support/posthorn.js';

test('posthorn portal-link: makes a link for one account, and ends its access', async () => {
  const settings = await freshOptions({ publicUrl: 'https://hooks.example.com' });
  const link = await runJson<{ url: string; expiresAt: string }>(
    ['portal-link', 'acme', '--expires-in', '1h', '--read-only', '--theme', 'dark'],
    settings,
  );
  expect(link.url).toMatch(/^https:\/\/hooks\.example\.com\/portal#phl_/);
  expect(Date.parse(link.expiresAt) - Date.now()).toBeGreaterThan(3_500_000);
  const wrong = await runCommand(['portal-link', 'acme', '--expires-in', 'soon'], settings);
  expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('like 30s, 5m') });
  const { stdout } = await runCommand(['portal-link', 'acme', '--revoke'], settings);
  expect(stdout).toBe('the access of acme has ended\n');
});
