import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { call, type HealthJson, type PageJson, query, type WebhookJson } from '../api.js';

/** Asks how webhooks did, up to 100 at once. */
export const healthQuery = (ids: readonly string[]) => ({
  queryKey: ['health', ids],
  queryFn: () =>
    call<{ data: readonly HealthJson[] }>(
      'GET',
      `/v1/webhooks/health${query({ ids: ids.join(',') })}`,
    ),
  placeholderData: keepPreviousData,
});

/** The health of the pages of a list that have a webhook in sight, one request for each page. */
export function useHealth(
  inSight: readonly string[],
  pages: readonly PageJson<WebhookJson>[],
): ReadonlyMap<string, HealthJson> {
  const asked = pages
    .map(({ data }) => data.map(({ id }) => id))
    .filter((ids) => ids.some((id) => inSight.includes(id)));
  const answers = useQueries({ queries: asked.map(healthQuery) });
  return new Map(
    answers.flatMap(({ data }) =>
      (data?.data ?? []).map((health) => [health.webhook.id, health] as const),
    ),
  );
}
