import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type ArchivedDayJson, call, type PageJson, query } from '../api.js';
import { useAction } from '../parts/action.js';
import { Ago } from '../parts/ago.js';
import { AskingButton } from '../parts/dialog.js';
import { faultOf, TextField } from '../parts/form.js';
import { Card } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Fault } from '../parts/states.js';
import { Listing } from '../parts/table.js';
import { useMay } from '../session.js';
import { bytes, number, time } from '../words.js';
import { StartButton } from './start-button.js';

/** A page of archived days, the first where nothing is said. */
export const daysQuery = (cursor?: string) => ({
  queryKey: ['archive', 'days', cursor],
  queryFn: () =>
    call<PageJson<ArchivedDayJson>>('GET', `/v1/archive/days${query({ cursor, limit: 10 })}`),
});

/** The days in the archive. */
export function ArchivedDays({ configured }: { configured: boolean | undefined }) {
  const may = useMay('archive:write');
  const pages = usePages();
  const { data, error } = useQuery({
    ...daysQuery(pages.cursor),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
  return (
    <Card title="Archived days">
      <Listing
        page={data}
        error={error}
        empty={
          configured === false ? <>There is no archive.</> : <>No day has left the tables yet.</>
        }
        label="Every archived day"
        heads={['Day', 'Rows', 'Size', 'Files', 'Back in the tables', ...(may ? ['Do'] : [])]}
      >
        {(day) => <Day key={day.day} day={day} may={may} />}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </Card>
  );
}

function Day({ day: { day, files, restoredUntil }, may }: { day: ArchivedDayJson; may: boolean }) {
  const sum = (of: (file: (typeof files)[number]) => number) =>
    files.reduce((total, file) => total + of(file), 0);
  return (
    <tr>
      <td className="number">{day}</td>
      <td className="number">{number(sum(({ rows }) => rows))}</td>
      <td className="number">
        {bytes(sum(({ compressedBytes }) => compressedBytes))}
        <small className="muted block">of {bytes(sum((file) => file.bytes))}</small>
      </td>
      <td>
        <details>
          <summary>{files.map(({ table }) => table).join(', ')}</summary>
          {files.map((file) => (
            <small key={file.file} className="block">
              <code>{file.file}</code>: {number(file.rows)} rows, written {time(file.writtenAt)},
              SHA-256 <code>{file.sha256.slice(0, 12)}…</code>
            </small>
          ))}
        </details>
      </td>
      <td>
        {restoredUntil === null ? (
          '–'
        ) : (
          <>
            until <Ago at={restoredUntil} />
          </>
        )}
      </td>
      {may && (
        <td>
          <div className="actions">
            <StartButton label="Verify" path="/v1/archive/verify" body={{ day }} />
            <AskingButton label="Restore" title={`Restore ${day}`}>
              {(close) => <RestoreForm day={day} onDone={close} />}
            </AskingButton>
          </div>
        </td>
      )}
    </tr>
  );
}

function RestoreForm({ day, onDone }: { day: string; onDone: () => void }) {
  const [length, setLength] = useState('7d');
  const restore = useAction(async () => {
    await call('POST', '/v1/archive/restore', { day, for: length.trim() });
    onDone();
  });
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        restore.mutate(undefined);
      }}
    >
      <p>Its events, deliveries and attempts come back into the tables, and leave again after:</p>
      <TextField
        label="How long it stays"
        hint="Like 12h or 7d, at most 365d."
        required
        value={length}
        fault={faultOf(restore.error, 'for')}
        onChange={setLength}
      />
      {restore.error !== null && <Fault error={restore.error} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={restore.isPending}>
          Bring it back
        </button>
      </div>
    </form>
  );
}
