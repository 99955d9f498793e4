const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** True where objects and lists stand in each other more than `limit` times. The text must be JSON. */
export function nestsDeeperThan(json: string, limit: number): boolean {
  if (json.length <= 2 * limit) return false; // so many brackets have no room in it
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) inString = !inString;
    else if (inString) index += code === BACKSLASH ? 1 : 0;
    else if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}
