import { useQuery } from '@tanstack/react-query';
import { call, type SurroundingsJson } from '../api.js';
import { PageHead } from '../parts/layout.js';
import { Fault } from '../parts/states.js';
import { Together } from '../parts/together.js';
import { Migrations, Parts, Processes, processesQuery } from './installation.js';
import { SettingList } from './setting-list.js';

const settingsQuery = {
  queryKey: ['settings'],
  queryFn: () => call<SurroundingsJson>('GET', '/v1/settings'),
};

/** What is in force, and what the installation is made of. */
export function Settings() {
  // They change with a restart alone, and each look asks every node of Redis.
  const { data, error } = useQuery({ ...settingsQuery, refetchInterval: 60_000 });
  return (
    <>
      <PageHead
        title="Settings"
        sub="As they are in force in the process that answers. They come from the environment; no secret is shown."
      />
      {error !== null && <Fault error={error} />}
      <Together needs={[settingsQuery, processesQuery]}>
        {data !== undefined && (
          <>
            <div className="columns">
              <Parts surroundings={data} />
              <Processes />
            </div>
            <SettingList settings={data.settings} />
            <Migrations migrations={data.migrations} />
          </>
        )}
      </Together>
    </>
  );
}
