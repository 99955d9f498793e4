import type { AttemptJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Badge } from '../parts/layout.js';
import { Empty } from '../parts/states.js';
import { Table } from '../parts/table.js';
import { milliseconds, number } from '../words.js';

/** Attempts as a table; what the endpoint answered can be opened. */
export function Attempts({ attempts }: { attempts: readonly AttemptJson[] }) {
  if (attempts.length === 0) return <Empty>There was no attempt yet.</Empty>;
  return (
    <Table label="Every attempt" heads={['When', 'Attempt', 'Outcome', 'Status', 'Took', 'Answer']}>
      {attempts.map((attempt) => (
        <tr key={attempt.id}>
          <td>
            <Ago at={attempt.startedAt} />
          </td>
          <td className="number">{number(attempt.number)}</td>
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
