import { durationInWords } from '../../domain/policy-text.js';
import { printable } from '../output.js';
import type { Paint } from '../paint.js';
import type { Reception } from './receiver.js';

/** A request that arrived, for people. */
export function receptionText(reception: Reception, paint: Paint): string {
  const { at, verified, fault, type, id, body } = reception;
  const mark = verified ? paint('green', '✔ verified') : paint('red', '✘ not verified');
  const head = [
    clockTime(at),
    mark,
    printable(type ?? ''),
    paint('dim', printable(id ?? 'no webhook-id')),
  ];
  const lines = [
    head.filter((word) => word !== '').join('  '),
    ...(fault === null ? [] : [paint('red', fault.message), ...(fault.hint ? [fault.hint] : [])]),
    ...repetition(reception, paint),
    sent(reception),
    answer(reception),
    ...printable(typeof body === 'string' ? body : JSON.stringify(body, null, 2)).split('\n'),
  ];
  return `${lines.join('\n          ')}\n`;
}

/** What tells a duplicate from an attempt that follows a failed one. */
function repetition({ attempt, previous, at }: Reception, paint: Paint): string[] {
  if (previous === null) return [];
  const ago = `${durationInWords(Math.max(0, at.getTime() - previous.at.getTime()))} ago`;
  const done = previous.status >= 200 && previous.status < 300;
  const text = done
    ? `duplicate: this event was answered ${previous.status} already, ${ago}`
    : `attempt ${attempt}: the one before was answered ${previous.status}, ${ago}`;
  return [paint('yellow', text)];
}

function sent({ at, sentAt }: Reception): string {
  if (sentAt === null) return 'webhook-timestamp: none that can be read';
  const age = Math.round((at.getTime() - sentAt.getTime()) / 1_000);
  return `webhook-timestamp: ${sentAt.toISOString()} (${age} s ago)`;
}

function answer({ answered, forwarded }: Reception): string {
  if (forwarded === null) return `answered ${answered}`;
  const why = forwarded.error === null ? '' : `: ${forwarded.error}`;
  return `answered ${answered}, as ${forwarded.url} did${why}`;
}

function clockTime(at: Date): string {
  return at.toTimeString().slice(0, 8);
}
