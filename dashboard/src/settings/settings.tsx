import { useQuery } from '@tanstack/react-query';
import { call, type SurroundingsJson } from '../api.js';
import { PageHead } from '../parts/layout.js';
import { Fault, Pending } from '../parts/states.js';
import { Migrations, Parts, Processes } from './installation.js';
import { SettingList } from './setting-list.js';

/** What is in force, and what the installation is made of. */
export function Settings() {
  const { data, error } = useQuery({
    queryKey: ['settings'],
    queryFn: () => call<SurroundingsJson>('GET', '/v1/settings'),
    // They change with a restart alone, and each look asks every node of Redis.
    refetchInterval: 60_000,
  });
  return (
    <>
      <PageHead
        title="Settings"
        sub="As they are in force in the process that answers. They come from the environment; no secret is shown."
      />
      {data === undefined ? (
        <Pending error={error} />
      ) : (
        <>
          {error !== null && <Fault error={error} />}
          <div className="columns">
            <Parts surroundings={data} />
            <Processes />
          </div>
          <SettingList settings={data.settings} />
          <Migrations migrations={data.migrations} />
        </>
      )}
    </>
  );
}
