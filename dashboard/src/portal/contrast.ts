/** Colours as red, green and blue from 0 to 255. */
type Colour = readonly [number, number, number];

const BLACK: Colour = [0, 0, 0];
const WHITE: Colour = [255, 255, 255];

/** Least contrast of text with what is behind it (WCAG 2.2, 1.4.3). */
const READABLE = 4.5;

/**
 * A colour that can be read as text on every one of these backgrounds: the given one, or as little darker
 * or lighter as is needed.
 */
export function readableOn(accent: string, backgrounds: readonly string[]): string {
  const behind = backgrounds.map(parse);
  const isDark = behind.every((each) => contrast(each, WHITE) > contrast(each, BLACK));
  const towards = isDark ? WHITE : BLACK;
  const colour = parse(accent);
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(colour, towards, share);
    if (behind.every((each) => contrast(mixed, each) >= READABLE)) return format(mixed);
  }
  return format(towards);
}

/** Black or white: whichever can be read on a colour better; one of them always can. */
export function textOn(colour: string): string {
  const behind = parse(colour);
  return format(contrast(behind, WHITE) >= contrast(behind, BLACK) ? WHITE : BLACK);
}

/** The contrast of two colours, 1 to 21. */
export function contrastOf(one: string, other: string): number {
  return contrast(parse(one), parse(other));
}

function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(one: Colour, other: Colour, share: number): Colour {
  const at = (index: 0 | 1 | 2) => Math.round(one[index] * (1 - share) + other[index] * share);
  return [at(0), at(1), at(2)];
}

/** @param text `#rrggbb`, or `#rgb` as a stylesheet is written after it was made small */
function parse(text: string): Colour {
  const digits = text.length === 4 ? text.replaceAll(/[0-9a-f]/gi, '$&$&') : text;
  const part = (from: number) => Number.parseInt(digits.slice(from, from + 2), 16);
  return [part(1), part(3), part(5)];
}

function format(colour: Colour): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
