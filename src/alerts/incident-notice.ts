import { endInWords, openingInWords } from '../domain/alert-text.js';
import type { UntoldIncident } from '../store/incident-telling.js';
import type { NewNotice } from '../store/notices.js';

/** The notice of an incident's opening, or of its end where it has a resolution; each is written once. */
export function incidentNotice(incident: UntoldIncident, at: Date): NewNotice {
  const { id, accountId, webhookId, resolution, ruleId, ruleName, channelIds, url } = incident;
  const { metric, comparison, threshold, windowMs } = incident;
  const value = resolution === null ? incident.value : incident.lastValue;
  const type = resolution === null ? 'incident.opened' : 'incident.resolved';
  const detail =
    resolution === null ? openingInWords(incident, value) : endInWords(incident, resolution, value);
  const rule = { ruleId, ruleName, metric, comparison, threshold, windowMs, channelIds };
  return {
    accountId,
    webhookId,
    type,
    at,
    actor: 'posthorn',
    detail,
    data: {
      incidentId: id,
      ...rule,
      value,
      ...(url === null ? {} : { url }),
      ...(resolution === null ? {} : { resolution }),
    },
    key: `${type}:${id}`,
  };
}
