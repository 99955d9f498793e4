import type { Logger } from 'pino';
import type { AccountScope } from '../domain/access.js';
import type { Clock } from '../domain/clock.js';
import { ConflictError, missing } from '../domain/errors.js';
import { isId } from '../domain/id.js';
import type { Actor } from '../domain/notice.js';
import {
  acknowledgeIncident,
  findIncident,
  type Incident,
  type IncidentFilter,
  listIncidents,
} from '../store/incidents.js';
import type { Ledger } from '../store/ledger.js';
import type { Page } from '../store/page.js';

/** Looks incidents up. Unknown ids throw `NotFoundError`. */
export interface Incidents {
  get(id: string, scope?: AccountScope): Promise<Incident>;
  /** A page of incidents, newest first. */
  list(filter?: IncidentFilter): Promise<Page<Incident>>;
  /**
   * Notes that somebody looks after an open incident, whose opening is not told after that. The first who
   * does so stays. Throws `ConflictError` where it has resolved.
   */
  acknowledge(
    id: string,
    options?: AccountScope & { readonly actor?: Actor | undefined },
  ): Promise<Incident>;
}

export function createIncidents(options: { ledger: Ledger; clock: Clock; log: Logger }): Incidents {
  const { ledger, clock, log } = options;

  async function get(id: string, { accountId }: AccountScope = {}): Promise<Incident> {
    const incident = isId('inc_', id) ? await findIncident(ledger, id, accountId) : undefined;
    return incident ?? missing('incident', id);
  }

  return {
    get,
    list: (filter = {}) => listIncidents(ledger, filter),
    async acknowledge(id, { accountId, actor = 'owner' } = {}) {
      await get(id, { accountId });
      await acknowledgeIncident(ledger, id, { actor, now: clock() });
      const incident = await get(id, { accountId });
      if (incident.acknowledgedAt !== null) {
        const { ruleId, webhookId, acknowledgedBy: by } = incident;
        const line = { incidentId: id, ruleId, accountId: incident.accountId, webhookId, by };
        log.info(line, 'incident acknowledged');
        return incident;
      }
      throw new ConflictError(`incident ${id} has resolved already`, { details: { id } });
    },
  };
}
