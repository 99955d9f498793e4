import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import type { AttemptJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Badge } from '../parts/layout.js';
import { Empty } from '../parts/states.js';
import { Table } from '../parts/table.js';
import { milliseconds, number } from '../words.js';
import { AttemptExchange } from './attempt-exchange.js';

const HEADS = ['When', 'Attempt', 'Outcome', 'Status', 'Took', 'Error', 'Exchange'] as const;

/**
 * Attempts as a table; what was sent and answered can be opened.
 *
 * @param props.linked whether each leads to its delivery, which shows what was brought
 */
export function Attempts(props: { attempts: readonly AttemptJson[]; linked?: boolean }) {
  const { attempts, linked = false } = props;
  if (attempts.length === 0) return <Empty>There was no attempt yet.</Empty>;
  return (
    <Table label="Every attempt" heads={HEADS}>
      {attempts.map((attempt) => (
        <AttemptRows key={attempt.id} attempt={attempt} linked={linked} />
      ))}
    </Table>
  );
}

/** One attempt, and below it, once it is opened, what was sent and answered. */
function AttemptRows({ attempt, linked }: { attempt: AttemptJson; linked: boolean }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <tr>
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
        <td className="error">{attempt.error ?? <span className="muted">none</span>}</td>
        <td>
          <button
            type="button"
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={() => setOpen(!open)}
          >
            Request and answer
          </button>
        </td>
      </tr>
      {open && (
        <tr id={id}>
          <td colSpan={HEADS.length} className="opened">
            <AttemptExchange attempt={attempt} />
          </td>
        </tr>
      )}
    </>
  );
}
