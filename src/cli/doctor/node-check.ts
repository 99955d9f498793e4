import { type Check, fail, ok } from './check.js';

const LEAST = [20, 19] as const;

/** Node is new enough. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  const fits = major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
  if (fits) return ok('node', version);
  return fail('node', version, `install Node ${LEAST.join('.')} or newer`);
}
