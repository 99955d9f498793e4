import { useQuery } from '@tanstack/react-query';
import { call, type NoticeJson, type PageJson, query } from '../api.js';
import { Ago } from '../parts/ago.js';
import { usePages } from '../parts/pages.js';
import { Pending } from '../parts/states.js';
import { Table } from '../parts/table.js';

export function History({ id }: { id: string }) {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['history', id, pages.cursor],
    queryFn: () =>
      call<PageJson<NoticeJson>>(
        'GET',
        `/v1/webhooks/${id}/history${query({ cursor: pages.cursor })}`,
      ),
  });
  if (data === undefined) return <Pending error={error} />;
  return (
    <>
      <Table label="History" heads={['When', 'What', 'Who', 'Why']}>
        {data.data.map((notice) => (
          <tr key={notice.id}>
            <td>
              <Ago at={notice.at} />
            </td>
            <td>{notice.type}</td>
            <td className="id">{notice.actor}</td>
            <td>{notice.detail}</td>
          </tr>
        ))}
      </Table>
      {pages.controls(data.nextCursor)}
    </>
  );
}
