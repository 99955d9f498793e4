import { useQuery } from '@tanstack/react-query';
import { call, type TablesJson } from '../api.js';
import { Figure, PageHead } from '../parts/layout.js';
import { Fault } from '../parts/states.js';
import { useMay } from '../session.js';
import { bytes, number } from '../words.js';
import { ArchivedDays } from './archived-days.js';
import { EraseButton } from './erase.js';
import { StartButton } from './start-button.js';
import { Work } from './work.js';

interface ArchiveJson {
  readonly configured: boolean;
  readonly location: string | null;
  readonly tables: TablesJson;
}

/** Days that left the tables, what is done with them, and erasure. */
export function Archive() {
  const may = useMay('archive:write');
  const mayErase = useMay('accounts:erase');
  const { data, error } = useQuery({
    queryKey: ['archive'],
    queryFn: () => call<ArchiveJson>('GET', '/v1/archive'),
    refetchInterval: 30_000,
  });
  const configured = data?.configured ?? false;
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
            {configured && <StartButton label="Verify all" path="/v1/archive/verify" body={{}} />}
          </>
        )}
        {mayErase && <EraseButton />}
      </PageHead>
      {error !== null && <Fault error={error} />}
      <dl className="figures">
        <Figure
          label="Days in the tables"
          value={data === undefined ? '–' : number(data.tables.days)}
          note={
            data === undefined
              ? ' '
              : `${data.tables.oldestDay ?? '–'} to ${data.tables.newestDay ?? '–'}`
          }
        />
        <Figure
          label="Their size"
          value={data === undefined ? '–' : bytes(data.tables.bytes)}
          note="with indexes"
        />
        <Figure
          label="Archive"
          value={data === undefined ? '–' : configured ? 'kept' : 'none'}
          note={
            data === undefined
              ? ' '
              : (data.location ??
                'days past their retention are dropped: POSTHORN_ARCHIVE is not set')
          }
          tone={data === undefined || configured ? 'quiet' : 'warn'}
        />
      </dl>
      <Work />
      <ArchivedDays configured={data?.configured} />
    </>
  );
}
