import { Link } from '@tanstack/react-router';
import type { Metric } from '../../../src/domain/alert-rule.js';
import type { DryRunJson } from '../api.js';
import { number, plural, time } from '../words.js';
import { METRIC_WORDS } from './metrics.js';

/** Incidents of one webhook that are shown. */
const MOST = 3;

/** What a rule would have told over past days. */
export function DryRunVerdict({ found, metric }: { found: DryRunJson; metric: Metric }) {
  const { format } = METRIC_WORDS[metric];
  return (
    <div className="verdict" role="status">
      {found.possible && (
        <strong>
          {found.fired === 0
            ? `It would have told nothing, of ${plural(found.webhooks, 'webhook')}.`
            : `It would have told of ${number(found.fired)} of ${plural(found.webhooks, 'webhook')}.`}
        </strong>
      )}
      {found.subjects.length > 0 && (
        <ul>
          {found.subjects.map(({ webhookId, url, incidents }) => (
            <li key={webhookId ?? 'account'}>
              {webhookId === null ? (
                'The account'
              ) : (
                <Link to="/webhooks/$id" params={{ id: webhookId }} className="url">
                  {url ?? webhookId}
                </Link>
              )}
              : {plural(incidents.length, 'incident')},{' '}
              {incidents
                .slice(0, MOST)
                .map(({ openedAt, value }) => `${time(openedAt)} at ${format(value)}`)
                .join('; ')}
              {incidents.length > MOST && '; …'}
            </li>
          ))}
        </ul>
      )}
      {found.notes.map((note) => (
        <p key={note} className="muted">
          {note}
        </p>
      ))}
    </div>
  );
}
