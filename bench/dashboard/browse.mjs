// Looks at the dashboard as a person does, in Chromium, and tells how long each look took: from the click or
// the last key to the data being on the page.
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';

const KIB = 1_024;

/** How far the list is scrolled in one go, in pixels, and how often. */
const SCROLL_PX = 3_000;
const SCROLLS = 20;

/**
 * @param address where the API listens
 * @param apiKey a key that may see everything
 */
export async function browse(address, apiKey) {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
  });
  try {
    const context = await browser.newContext({
      baseURL: address,
      viewport: { width: 1280, height: 800 },
    });
    await signIn(context, apiKey);
    return { ...(await firstLoad(context)), ...(await useLists(context)) };
  } finally {
    await browser.close();
  }
}

async function signIn(context, apiKey) {
  const page = await context.newPage();
  await page.goto('/');
  await page.getByLabel('API key').fill(apiKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.close();
}

/** The overview, opened with nothing kept from before. */
async function firstLoad(context) {
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send('Network.enable');
  await client.send('Network.setCacheDisabled', { cacheDisabled: true });
  let bytes = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.addInitScript(`
    window.found = { shift: 0, paintMs: 0 };
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) found.shift += value;
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => {
      found.paintMs = list.getEntries().at(-1).startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });`);
  const loadMs = await timed(async () => {
    await page.goto('/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
  });
  const { shift, paintMs } = await page.evaluate('found');
  await page.close();
  return { loadMs, paintMs, shift, loadKib: bytes / KIB };
}

/** The lists, in one page after another of the same window. */
async function useLists(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  const table = page.getByRole('table', { name: 'Webhooks' });
  const first = table.locator('tbody tr').first();
  const go = (name) => page.getByRole('link', { name, exact: true }).first().click();

  const webhooksMs = await timed(async () => {
    await go('Webhooks');
    await first.waitFor();
  });
  const { scrollMs, rows } = await scroll(page, table);
  const searchMs = await timed(async () => {
    await page.getByLabel('URL contains').fill('hooks-77.example');
    await waitUntil(
      page,
      `[...document.querySelectorAll('tbody a')].length > 0 &&
       [...document.querySelectorAll('tbody a')].every((a) => a.title.includes('hooks-77.example'))`,
    );
  });
  const webhookMs = await timed(async () => {
    await first.getByRole('link').click();
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
  });
  const attemptsMs = await timed(async () => {
    await page.getByRole('button', { name: 'Attempts', exact: true }).click();
    await page.locator('tbody tr').first().waitFor();
  });
  const deliveriesMs = await timed(async () => {
    await go('Deliveries');
    await page.locator('tbody tr').first().waitFor();
  });
  await page.close();
  return { webhooksMs, scrollMs, rows, searchMs, webhookMs, attemptsMs, deliveriesMs };
}

/** Scrolls down the list, waiting each time for the rows that come into sight. */
async function scroll(page, table) {
  const times = [];
  for (let n = 1; n <= SCROLLS; n += 1) {
    const before = await page.evaluate('document.documentElement.scrollHeight');
    if (before <= n * SCROLL_PX) break;
    times.push(
      await timed(async () => {
        await page.evaluate(`scrollTo(0, ${n * SCROLL_PX})`);
        await waitUntil(
          page,
          `[...document.querySelectorAll('tbody tr')].some((row) => {
            const { top, bottom } = row.getBoundingClientRect();
            return top < innerHeight && bottom > 0;
          })`,
        );
      }),
    );
  }
  const rows = await table.locator('tbody tr').count();
  await page.evaluate('scrollTo(0, 0)');
  times.sort((a, b) => a - b);
  return { scrollMs: times.at(-1) ?? 0, rows };
}

/** Waits until something is true in the page, which its policy keeps from evaluating text itself. */
async function waitUntil(page, expression) {
  while (!(await page.evaluate(expression))) await sleep(10);
}

async function timed(work) {
  const at = performance.now();
  await work();
  return performance.now() - at;
}
