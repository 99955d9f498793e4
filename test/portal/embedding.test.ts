import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openTestApi, register } from '../api/setup.js';
import { openPage } from '../dashboard/setup.js';
import { pollUntil } from '../support/poll.js';

/** A site that answers every request with one page, on a port and so with an origin of its own. */
async function startSite() {
  let html = '';
  const server = http.createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    show: (page: string) => {
      html = page;
    },
  };
}

/** The page of docs/portal.md that embeds the portal. */
async function documentedPage(link: string): Promise<string> {
  const text = await readFile(new URL('../../docs/portal.md', import.meta.url), 'utf8');
  const [, snippet] = /^```html\n(.*?)^```$/ms.exec(text) ?? [];
  expect(snippet).toContain('src="LINK"');
  return `<!doctype html><title>A product</title>${snippet?.replace('LINK', link)}`;
}

test('a page of an allowed origin shows the portal, as high as it is, and sets its look', async () => {
  const site = await startSite();
  const api = await openTestApi({ portalOrigins: `https://app.example.com, ${site.address}` });
  await register(api.call, { accountId: 'acme', url: 'https://hooks.example.com/mine' });
  const input = { accountId: 'acme', theme: 'light' } as const;
  const { url } = await api.posthorn.portal.createLink(input, { baseUrl: api.address });
  site.show(await documentedPage(url));
  const { page, faults } = await openPage(site);
  const frame = page.frameLocator('#webhooks');
  await frame.getByRole('link', { name: /mine$/ }).click();
  await frame.getByRole('heading', { level: 1, name: /mine$/ }).waitFor();
  const height = () => page.evaluate<number>('document.querySelector("#webhooks").clientHeight');
  await pollUntil(height, (pixels) => pixels !== 600, { what: 'the height of the portal' });
  const inside = page.frames().find((each) => each.url().startsWith(api.address));
  await pollUntil(
    () =>
      inside?.evaluate<boolean>(
        'document.documentElement.scrollHeight <= document.documentElement.clientHeight',
      ),
    (fits) => fits === true,
    { what: 'a frame that need not be scrolled' },
  );
  // A window opens where it can be seen, and whole.
  await frame.getByRole('button', { name: 'Edit' }).click();
  await frame.getByRole('button', { name: 'Save' }).waitFor();
  const dialog = await frame.getByRole('dialog').boundingBox();
  expect(dialog).toMatchObject({ y: expect.toSatisfy((y) => y >= 0) });
  expect((dialog?.y ?? 0) + (dialog?.height ?? 0)).toBeLessThanOrEqual((await height()) + 20);
  await page.keyboard.press('Escape');

  const look = () =>
    inside?.evaluate<string>(
      'document.documentElement.dataset.theme + document.documentElement.style.getPropertyValue("--accent")',
    );
  expect(await look()).toBe('light');
  await page.evaluate('document.dispatchEvent(new CustomEvent("theme", { detail: "dark" }))');
  await pollUntil(look, (shown) => /^dark#[0-9a-f]{6}$/.test(shown ?? ''), { what: 'the look' });
  await page.evaluate('document.dispatchEvent(new CustomEvent("theme", { detail: "sepia" }))');
  expect(await look()).toMatch(/^dark/);
  expect(faults).toEqual([]);

  await api.posthorn.portal.revoke('acme');
  await page.getByText('Load the page again to see your webhooks.').waitFor();
});

test('a page of another origin can’t show it, nor any page a page of the dashboard', async () => {
  const [allowed, other] = await Promise.all([startSite(), startSite()]);
  const api = await openTestApi({ portalOrigins: allowed.address });
  const { posthorn, address } = api;
  const { url } = await posthorn.portal.createLink({ accountId: 'acme' }, { baseUrl: address });
  for (const [site, path] of [
    [other, url],
    [allowed, `${address}/`],
    [allowed, `${address}/webhooks`],
    [allowed, `${address}/healthz`],
  ] as const) {
    site.show(await documentedPage(path));
    const { page, faults } = await openPage(site);
    await pollUntil(
      () => faults.filter((fault) => fault.includes('frame')),
      (refusals) => refusals.length > 0,
      { what: `the browser's refusal of ${path}` },
    );
    expect(await page.frameLocator('#webhooks').getByRole('heading').count()).toBe(0);
  }
});

test('the document alone says who may frame it', async () => {
  const api = await openTestApi({ portalOrigins: 'https://app.example.com' });
  const framing = async (path: string) => {
    const { headers } = await fetch(`${api.address}${path}`);
    const policy = headers.get('content-security-policy') ?? '';
    return [/frame-ancestors ([^;]+)/.exec(policy)?.[1], headers.get('x-frame-options')];
  };
  expect(await framing('/portal')).toEqual(['https://app.example.com', null]);
  for (const path of ['/', '/webhooks', '/v1/webhooks', '/portal/session', '/healthz']) {
    expect([path, await framing(path)]).toEqual([path, ["'none'", 'DENY']]);
  }
  const closed = await openTestApi();
  const { headers } = await fetch(`${closed.address}/portal`);
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});
