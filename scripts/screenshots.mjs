// Takes the pictures of docs/screenshots: starts a Posthorn with something to see (screenshots/), signs in
// with Chromium, and shows each page in both themes. `npm run screenshots` builds first; names as arguments
// (`npm run screenshots -- overview`) take those alone.
import { mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';
import { startInstallation } from './screenshots/installation.mjs';

const FOLDER = fileURLToPath(new URL('../docs/screenshots', import.meta.url));
const THEMES = ['light', 'dark'];

/** Each picture: its page, and what is on it once it is complete. */
const PICTURES = {
  overview: { path: () => '/', title: 'Overview', height: 1_060 },
  webhooks: { path: () => '/webhooks', title: 'Webhooks' },
  webhook: { path: ({ broken }) => `/webhooks/${broken}`, title: /billing/ },
  alerts: { path: () => '/alerts', title: 'Alerts' },
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PICTURES));
if (unknown.length > 0) {
  console.error(
    `no picture: ${unknown.join(', ')}. There are: ${Object.keys(PICTURES).join(', ')}`,
  );
  process.exit(2);
}

await mkdir(FOLDER, { recursive: true });
const installation = await startInstallation();
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
});
try {
  let bytes = 0;
  for (const theme of THEMES) bytes += await takePictures(theme);
  console.log(`${Math.round(bytes / 1024)} KiB in all`);
} finally {
  await browser.close();
  await installation.stop();
}

/** @returns the bytes of all pictures of a theme */
async function takePictures(theme) {
  const page = await browser.newPage({
    baseURL: installation.address,
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  await page.goto('/');
  await page.getByLabel('API key').fill(installation.apiKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  let bytes = 0;
  for (const [name, { path, title, height = 760 }] of Object.entries(PICTURES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await page.setViewportSize({ width: 1_400, height });
    await page.goto(path(installation.ids));
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.waitForLoadState('networkidle');
    const file = `${FOLDER}/${name}-${theme}.png`;
    await page.screenshot({ path: file });
    const { size } = await stat(file);
    bytes += size;
    console.log(`${name}-${theme}.png  ${Math.round(size / 1024)} KiB`);
  }
  await page.close();
  return bytes;
}
