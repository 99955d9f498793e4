import { Link } from '@tanstack/react-router';
import type { AttemptJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Badge } from '../parts/layout.js';
import { Empty } from '../parts/states.js';
import { Table } from '../parts/table.js';
import { milliseconds, number } from '../words.js';

/**
 * Attempts as a table; what the endpoint answered can be opened.
 *
 * @param props.linked whether each leads to its delivery, which shows what was brought
 */
export function Attempts(props: { attempts: readonly AttemptJson[]; linked?: boolean }) {
  const { attempts, linked = false } = props;
  if (attempts.length === 0) return <Empty>There was no attempt yet.</Empty>;
  return (
    <Table label="Every attempt" heads={['When', 'Attempt', 'Outcome', 'Status', 'Took', 'Answer']}>
      {attempts.map((attempt) => (
        <tr key={attempt.id}>
          <td>
            <Ago at={attempt.startedAt} />
          </td>
          <td className="number">
            {linked ? (
              <Link to="/deliveries/$id" params={{ id: attempt.deliveryId }}>
                {number(attempt.number)} of its delivery
              </Link>
            ) : (
              number(attempt.number)
            )}
          </td>
          <td>
            <Badge tone={attempt.outcome === 'ok' ? 'good' : 'bad'}>{attempt.outcome}</Badge>
          </td>
          <td className="number">{attempt.statusCode ?? '–'}</td>
          <td className="number">{milliseconds(attempt.durationMs)}</td>
          <td>
            {attempt.error === null && !attempt.responseExcerpt ? (
              <span className="muted">empty</span>
            ) : (
              <details>
                <summary>{attempt.error ?? 'body'}</summary>
                <pre>{attempt.responseExcerpt || 'no body'}</pre>
              </details>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}
