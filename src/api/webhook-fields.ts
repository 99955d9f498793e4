import type { FastifyRequest } from 'fastify';
import { mayDo } from '../domain/access.js';
import { ForbiddenError } from '../domain/errors.js';

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

/** Throws `ForbiddenError`, which names the fields, where a request sets what whoever calls may not. */
export function assertMaySet({ access }: FastifyRequest, given: object): void {
  if (access !== null && mayDo(access, 'webhooks:policy')) return;
  const names = Object.entries(given)
    .filter(([name, value]) => value !== undefined && !OWN_FIELDS.includes(name))
    .map(([name]) => name)
    .join(', ');
  if (names === '') return;
  throw new ForbiddenError(`whoever sets ${names} needs webhooks:policy`, {
    hint: `leave ${names} out: whoever runs Posthorn decides on it`,
  });
}
