import { useQuery } from '@tanstack/react-query';
import { type AttemptJson, call, type PageJson, query } from '../api.js';
import { Attempts } from '../deliveries/attempts.js';
import { usePages } from '../parts/pages.js';
import { Pending } from '../parts/states.js';

export function AttemptList({ id }: { id: string }) {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['attempts', id, pages.cursor],
    queryFn: () =>
      call<PageJson<AttemptJson>>(
        'GET',
        `/v1/webhooks/${id}/attempts${query({ cursor: pages.cursor })}`,
      ),
  });
  if (data === undefined) return <Pending error={error} />;
  return (
    <>
      <Attempts attempts={data.data} linked />
      {pages.controls(data.nextCursor)}
    </>
  );
}
