import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';

/** Starts the Chromium of this machine, with no window and nothing kept. */
function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

let shared: Promise<Browser> | undefined;

/** The one Chromium of all tests of this process, which ends with it. Each test has a context of its own. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= startBrowser();
  return shared;
}

/** What a page did that it must not: broke its policy, or wrote an error to the console. */
export async function watchFaults(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.exposeFunction('reportViolation', (text: string) => faults.push(text));
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    reportViolation('policy: ' + event.violatedDirective + ' ' + event.blockedURI));`);
  await page.addInitScript(`window.shifts = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries()) {
        const moved = sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.nodeValue);
        if (!hadRecentInput && value > 0.005) shifts.push(value + ': ' + moved.join(' and '));
      }
    }).observe({ type: 'layout-shift', buffered: true });`);
  return faults;
}

/** What moved by itself on a page since it was opened, and how far: the layout shifts that somebody would see. */
export function layoutShifts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>('shifts');
}

/** What axe finds wrong with a page as it is now: rule, and the elements. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
