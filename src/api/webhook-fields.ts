import type { FastifyRequest } from 'fastify';
import { mayDo } from '../domain/access.js';
import { ForbiddenError } from '../domain/errors.js';
import { type Format, isForPeople } from '../domain/format.js';

/**
 * What `webhooks:write` alone may set of a webhook: what is sent, and where to. Every other field, those
 * that are yet to come included, says how it is treated and needs `webhooks:policy`.
 */
const OWN_FIELDS: readonly string[] = [
  'accountId',
  'url',
  'eventTypes',
  'description',
  'signatureScheme',
];

/** A format that makes messages for people is known by the URL: whoever pastes it may say so. */
function isOwn(name: string, value: unknown): boolean {
  if (name !== 'format') return OWN_FIELDS.includes(name);
  return value === null || isForPeople(value as Format);
}

/** Throws `ForbiddenError`, which names the fields, where a request sets what whoever calls may not. */
export function assertMaySet({ access }: FastifyRequest, given: object): void {
  if (access !== null && mayDo(access, 'webhooks:policy')) return;
  const names = Object.entries(given)
    .filter(([name, value]) => value !== undefined && !isOwn(name, value))
    .map(([name]) => name)
    .join(', ');
  if (names === '') return;
  throw new ForbiddenError(`whoever sets ${names} needs webhooks:policy`, {
    hint: `leave ${names} out: whoever runs Posthorn decides on it`,
  });
}
