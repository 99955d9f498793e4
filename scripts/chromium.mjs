// Where the Chromium of this machine is, for tests, pictures and benchmarks.
import { execFileSync } from 'node:child_process';

/** Names under which systems install it. */
export const CHROMIUM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];

/** Its path. Throws where there is none. */
export function findChromium() {
  const search = CHROMIUM_NAMES.map((name) => `command -v ${name}`).join(' || ');
  try {
    return execFileSync('/bin/sh', ['-c', search], { encoding: 'utf8' }).trim();
  } catch (cause) {
    throw new Error('no Chromium was found: `npm test` says how to install it', { cause });
  }
}
