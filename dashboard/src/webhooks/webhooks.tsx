import { useInfiniteQuery } from '@tanstack/react-query';
import { call, type PageJson, query, type WebhookJson } from '../api.js';
import { ChoiceFilter, Filters, TextFilter, useFilter } from '../parts/filter.js';
import { PageHead } from '../parts/layout.js';
import { Empty, Fault, Pending } from '../parts/states.js';
import { AccountFormatButton } from './account-format.js';
import { RegisterButton } from './register.js';
import { WebhookTable } from './webhook-table.js';

/** All webhooks, searched and narrowed. */
export function Webhooks() {
  const { filter, set, isEmpty } = useFilter(['search', 'accountId', 'state', 'tier']);
  const list = useInfiniteQuery({
    queryKey: ['webhooks', filter],
    queryFn: ({ pageParam }) =>
      call<PageJson<WebhookJson>>(
        'GET',
        `/v1/webhooks${query({ ...filter, cursor: pageParam, limit: 50 })}`,
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (before) => before,
    // Of a long list only what is in sight is asked for again: the health of its rows says all.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 2 ? false : 5_000),
  });
  return (
    <>
      <PageHead title="Webhooks" sub="Endpoints, newest first, with how they did in 24 hours.">
        <AccountFormatButton accountId={filter.accountId} />
        <RegisterButton />
      </PageHead>
      <Filters>
        <TextFilter
          label="URL contains"
          value={filter.search}
          onChange={(search) => set({ search })}
        />
        <TextFilter
          label="Account"
          value={filter.accountId}
          onChange={(accountId) => set({ accountId })}
        />
        <ChoiceFilter
          label="State"
          choices={['well', 'failing', 'inactive']}
          value={filter.state}
          onChange={(state) => set({ state })}
        />
        <ChoiceFilter
          label="Tier"
          choices={['critical', 'standard', 'low']}
          value={filter.tier}
          onChange={(tier) => set({ tier })}
        />
      </Filters>
      {list.data === undefined ? (
        <Pending error={list.error} />
      ) : (
        <>
          {list.error !== null && <Fault error={list.error} />}
          {list.data.pages.every(({ data }) => data.length === 0) && !list.hasNextPage ? (
            <Empty>{isEmpty ? 'There is no webhook yet.' : 'No webhook fits.'}</Empty>
          ) : (
            <WebhookTable
              pages={list.data.pages}
              hasMore={list.hasNextPage}
              isLoading={list.isFetching}
              onMore={() => void list.fetchNextPage()}
            />
          )}
        </>
      )}
    </>
  );
}
