import { oneLine, plainLines } from './bounded-text.js';

/** An event in words. */
export interface EventText {
  /** Its type. */
  readonly title: string;
  /** What its producer wrote for people; null where there is nothing of that kind. */
  readonly text: string | null;
  /** Name and value of what its payload says first; none where there is a text. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly id: string;
  readonly at: Date;
}

/** Most facts, how deep they are looked for, and among how many fields of an object. */
const MOST_FACTS = 10;
const DEEPEST = 3;
const MOST_FIELDS = 100;

/** Where a producer may have written something for people. */
const TEXT_FIELDS = ['text', 'content'] as const;

/** Says in words what an event tells: the text of its payload, or the first of its plain fields. */
export function eventText(event: {
  readonly id: string;
  readonly type: string;
  readonly createdAt: Date;
  readonly payloadJson: string;
}): EventText {
  const { id, type: title, createdAt: at, payloadJson } = event;
  const payload: unknown = JSON.parse(payloadJson);
  const text = textOf(payload);
  return { title, text, facts: text === null ? factsOf(payload) : [], id, at };
}

function textOf(payload: unknown): string | null {
  if (!isObject(payload)) return null;
  for (const field of TEXT_FIELDS) {
    const text = Object.hasOwn(payload, field) ? payload[field] : undefined;
    if (typeof text === 'string' && plainLines(text) !== '') return plainLines(text);
  }
  return null;
}

/** Those of the upper levels first. Objects are looked into, lists counted, and what is null left out. */
function factsOf(payload: unknown): [string, string][] {
  const facts: [string, string][] = [];
  let level: [path: string, value: unknown][] = [['', payload]];
  for (let depth = 0; depth <= DEEPEST && facts.length < MOST_FACTS; depth += 1) {
    const next: [string, unknown][] = [];
    for (const [path, value] of level) {
      if (isObject(value)) {
        const entries = Object.entries(value).slice(0, MOST_FIELDS);
        next.push(
          ...entries.map(([name, inner]) => [joined(path, name), inner] as [string, unknown]),
        );
      } else if (value !== null && facts.length < MOST_FACTS) {
        facts.push([oneLine(path) || 'payload', valueInWords(value)]);
      }
    }
    level = next;
  }
  return facts;
}

function valueInWords(value: unknown): string {
  if (!Array.isArray(value)) return oneLine(String(value));
  return value.length === 1 ? '1 item' : `${value.length} items`;
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
