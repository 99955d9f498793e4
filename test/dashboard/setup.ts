import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { PosthornOptions } from '../../src/config.js';
import { API_KEY, type ApiBundle, openTestApi } from '../api/setup.js';
import { sharedBrowser, watchFaults } from '../support/browser.js';
import { pollUntil } from '../support/poll.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

/** A pipeline at work: one webhook that is well and one that fails, with deliveries of both. */
export async function openPipeline(overrides: PosthornOptions = {}) {
  const well = await startReceiver();
  const broken = await startReceiver({ respond: () => ({ status: 503, body: 'out of order' }) });
  onTestFinished(async () => {
    await Promise.all([well.close(), broken.close()]);
  });
  const api = await openTestApi({
    retryAttempts: 2,
    retryBase: '10ms',
    breakerFailures: 1_000,
    ...overrides,
  });
  const { posthorn, ledger } = api;
  const register = async ({ url }: Receiver, path: string, accountId: string) =>
    (await posthorn.webhooks.register({ url: `${url}/${path}`, accountId })).webhook;
  const good = await register(well, 'well', 'acme');
  const bad = await register(broken, 'broken', 'umbrella');
  await posthorn.start(['worker', 'scheduler']);
  for (const accountId of ['acme', 'umbrella']) {
    await posthorn.enqueueMany(
      Array.from({ length: 12 }, (_, id) => ({
        type: 'expense.created',
        accountId,
        payload: { id },
      })),
    );
  }
  await pollUntil(
    () => ledger.delivery.count({ where: { status: 'pending' } }),
    (pending) => pending === 0,
    { what: 'the end of all deliveries' },
  );
  await posthorn.runJob('rollup');
  return { ...api, well, broken, good, bad };
}

/** How a page is opened. */
interface PageOptions {
  /** The overview where left out. */
  readonly path?: string;
  /** What signs in; the administrator's where left out. */
  readonly key?: string;
  readonly theme?: 'light' | 'dark';
}

/** A page of the browser's own, with nothing of other tests in it, and what it did wrong. */
interface OpenedPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

/** Opens a page in a context of its own, for one test. */
export async function openPage(
  { address }: Pick<ApiBundle, 'address'>,
  { path = '/', theme = 'light' }: PageOptions = {},
): Promise<OpenedPage> {
  const browser = await sharedBrowser();
  const context = await browser.newContext({
    baseURL: address,
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults = await watchFaults(page);
  await page.goto(path);
  return { page, faults };
}

/** Opens a page, and signs in there. */
export async function openSignedIn(
  api: Pick<ApiBundle, 'address'>,
  options: PageOptions = {},
): Promise<OpenedPage> {
  const opened = await openPage(api, options);
  await signIn(opened.page, options.key ?? API_KEY);
  await opened.page.getByRole('button', { name: 'Sign out' }).waitFor();
  return opened;
}

export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Waits for the page with this title. */
export const heading = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('heading', { level: 1, name }).waitFor();
