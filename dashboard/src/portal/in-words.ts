import type { Tone } from '../parts/layout.js';

/** What the states of a delivery are called here. */
export const STATUSES: Readonly<Record<string, readonly [word: string, tone: Tone]>> = {
  pending: ['Waiting', 'warn'],
  delivered: ['Delivered', 'good'],
  exhausted: ['Failed', 'bad'],
  discarded: ['Given up', 'quiet'],
};

const OUTCOMES: Readonly<Record<string, string>> = {
  ok: 'Accepted',
  http_status: 'Refused',
  redirect: 'Redirected',
  timeout: 'No answer in time',
  dns: 'Name not found',
  refused: 'No connection',
  reset: 'Connection broke',
  tls: 'Certificate or TLS refused',
  blocked: 'Address not allowed',
  too_large: 'Answer too large',
  protocol: 'Answer was not HTTP',
};

/** What an attempt came to. */
export function outcomeInWords(outcome: string | null, statusCode: number | null): string {
  if (outcome === null) return 'Not tried yet';
  const word = OUTCOMES[outcome] ?? outcome;
  return statusCode === null ? word : `${word} (${statusCode})`;
}

const HAPPENINGS: Readonly<Record<string, string>> = {
  'webhook.registered': 'Registered',
  'webhook.verified': 'Endpoint verified',
  'webhook.url_changed': 'URL changed',
  'webhook.tested': 'Tested automatically',
  'webhook.failing': 'Put on hold, because it kept failing',
  'webhook.recovered': 'Recovered',
  'webhook.warned': 'Warned that it will be deactivated',
  'webhook.deactivated': 'Deactivated',
  'webhook.reactivated': 'Reactivated',
  'delivery.exhausted': 'A delivery failed for good',
  'incident.opened': 'An alert began',
  'incident.resolved': 'An alert ended',
};

/** What happened to a webhook. */
export function happeningInWords(type: string): string {
  return HAPPENINGS[type] ?? type;
}

/** Who did it: the reader's own side, nobody, or whoever sends. */
export function actorInWords(actor: string): string {
  if (actor === 'portal') return 'Here';
  return actor === 'posthorn' ? 'Automatically' : 'By the sender';
}

export function eventTypesInWords(types: readonly string[]): string {
  return types.length === 0 ? 'every event' : types.join(', ');
}
