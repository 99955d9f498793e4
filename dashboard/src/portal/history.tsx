import { useQuery } from '@tanstack/react-query';
import { call, type NoticeJson, type PageJson, query, type WebhookJson } from '../api.js';
import { usePages } from '../parts/pages.js';
import { Pending } from '../parts/states.js';
import { time } from '../words.js';
import { actorInWords, happeningInWords } from './in-words.js';

const TONES: Readonly<Record<string, string>> = {
  'webhook.failing': 'bad',
  'webhook.warned': 'bad',
  'webhook.deactivated': 'bad',
  'delivery.exhausted': 'bad',
  'webhook.recovered': 'good',
  'webhook.reactivated': 'good',
  'webhook.verified': 'good',
};

/** What happened to a webhook, the latest first. */
export function History({ webhook }: { webhook: WebhookJson }) {
  const pages = usePages();
  const { data, error } = useQuery({
    queryKey: ['history', webhook.id, pages.cursor],
    queryFn: () =>
      call<PageJson<NoticeJson>>(
        'GET',
        `/v1/webhooks/${webhook.id}/history${query({ cursor: pages.cursor })}`,
      ),
  });
  if (data === undefined) return <Pending error={error} />;
  return (
    <>
      <section className="card">
        <ol className="timeline" aria-label="History">
          {data.data.map((notice) => (
            <li key={notice.id} className={TONES[notice.type]}>
              <span>
                {happeningInWords(notice.type)}
                <small className="muted"> · {actorInWords(notice.actor)}</small>
              </span>
              <time dateTime={notice.at}>{time(notice.at)}</time>
            </li>
          ))}
        </ol>
      </section>
      {pages.controls(data.nextCursor)}
    </>
  );
}
