import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openTestApi } from '../api/setup.js';

test('its files are small, kept by the browser, and never found elsewhere', async () => {
  const { address } = await openTestApi();
  const document = await fetch(address);
  expect(document.headers.get('content-security-policy')).toContain("script-src 'self'");
  const html = await document.text();
  const linked = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map(([, file]) => file);
  expect(linked.length).toBeGreaterThan(1);
  const built = (await readdir('dist/dashboard/assets')).filter((file) => !/\.(br|gz)$/.test(file));
  const sizes = new Map<string, number>();
  for (const file of built) {
    const response = await fetch(`${address}/assets/${file}`, {
      headers: { 'accept-encoding': 'br' },
    });
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(response.headers.get('content-encoding')).toBe('br');
    sizes.set(file, Number(response.headers.get('content-length')));
  }
  const bytesOf = (names: readonly (string | undefined)[]) =>
    names.reduce((sum, name) => sum + (sizes.get(name ?? '') ?? 0), 0);
  expect(bytesOf(linked)).toBeGreaterThan(10_000);
  expect(bytesOf(linked)).toBeLessThan(110 * 1024);
  expect(bytesOf(built)).toBeLessThan(250 * 1024);
  for (const path of ['/assets/..%2f..%2fapi%2fserver.js', '/assets/nothing.js', '/nothing']) {
    const response = await fetch(`${address}${path}`);
    expect([path, [401, 404].includes(response.status)]).toEqual([path, true]);
  }
});
