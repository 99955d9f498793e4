import { InvalidArgumentError } from 'commander';
import { FORMAT_KINDS } from '../domain/format.js';
import type { FormatInput } from '../domain/format-input.js';

/** How the option `--format`, and an argument like it, is explained. */
export const FORMAT_MEANING = `how its requests look: ${FORMAT_KINDS.filter((kind) => kind !== 'raw').join(', ')}, or JSON like {"kind": "raw"}`;

/** Reads a format by its kind, or whole as JSON, which the registration checks. */
export function parseFormat(text: string): FormatInput {
  if (FORMAT_KINDS.some((kind) => kind === text)) return { kind: text } as FormatInput;
  try {
    return JSON.parse(text) as FormatInput;
  } catch {
    throw new InvalidArgumentError(`Use one of ${FORMAT_KINDS.join(', ')}, or JSON.`);
  }
}
