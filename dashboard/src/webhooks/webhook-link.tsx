import { Link } from '@tanstack/react-router';

/** A webhook's URL, in one line as far as it fits, and the way to its page. */
export function WebhookLink({ id, url }: { id: string; url: string }) {
  return (
    <Link to="/webhooks/$id" params={{ id }} className="url" title={url}>
      <Url url={url} />
    </Link>
  );
}

/** A URL whose host stands out. */
export function Url({ url }: { url: string }) {
  const at = url.indexOf('/', url.indexOf('://') + 3);
  const host = at < 0 ? url : url.slice(0, at);
  return (
    <>
      <span className="host">{host.replace(/^https:\/\//, '')}</span>
      <span className="path">{url.slice(host.length)}</span>
    </>
  );
}
