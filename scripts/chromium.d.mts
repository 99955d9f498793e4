/** Where the Chromium of this machine is. Throws where there is none. */
export function findChromium(): string;
