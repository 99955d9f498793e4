import { useQuery } from '@tanstack/react-query';
import { call, type TablesJson } from '../api.js';
import { Figure, PageHead } from '../parts/layout.js';
import { Fault } from '../parts/states.js';
import { Together } from '../parts/together.js';
import { useMay } from '../session.js';
import { bytes, number } from '../words.js';
import { ArchivedDays, daysQuery } from './archived-days.js';
import { EraseButton } from './erase.js';
import { StartButton } from './start-button.js';
import { tasksQuery, Work } from './work.js';

interface ArchiveJson {
  readonly configured: boolean;
  readonly location: string | null;
  readonly tables: TablesJson;
}

const archiveQuery = {
  queryKey: ['archive'],
  queryFn: () => call<ArchiveJson>('GET', '/v1/archive'),
};

/** Days that left the tables, what is done with them, and erasure. */
export function Archive() {
  const may = useMay('archive:write');
  const mayErase = useMay('accounts:erase');
  const { data, error } = useQuery({ ...archiveQuery, refetchInterval: 30_000 });
  return (
    <>
      <PageHead
        title="Archive"
        sub="Whole days leave the tables once they are past their retention and nothing in them is owed."
      >
        {may && (
          <>
            <StartButton
              label="See what would leave"
              path="/v1/archive/run"
              body={{ dryRun: true }}
            />
            <StartButton label="Archive now" path="/v1/archive/run" body={{}} />
            <StartButton
              label="Verify all"
              path="/v1/archive/verify"
              body={{}}
              disabled={data?.configured !== true}
            />
          </>
        )}
        {mayErase && <EraseButton />}
      </PageHead>
      {error !== null && <Fault error={error} />}
      <Together needs={[archiveQuery, tasksQuery(), daysQuery()]}>
        {data !== undefined && <Figures archive={data} />}
        <Work />
        <ArchivedDays configured={data?.configured} />
      </Together>
    </>
  );
}

function Figures({ archive: { configured, location, tables } }: { archive: ArchiveJson }) {
  return (
    <dl className="figures">
      <Figure
        label="Days in the tables"
        value={number(tables.days)}
        note={`${tables.oldestDay ?? '–'} to ${tables.newestDay ?? '–'}`}
      />
      <Figure label="Their size" value={bytes(tables.bytes)} note="with indexes" />
      <Figure
        label="Archive"
        value={configured ? 'kept' : 'none'}
        note={location ?? 'past their retention days are dropped: POSTHORN_ARCHIVE is not set'}
        tone={configured ? 'quiet' : 'warn'}
      />
    </dl>
  );
}
