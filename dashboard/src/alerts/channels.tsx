import { useQuery } from '@tanstack/react-query';
import { type ChannelJson, call, type PageJson, query } from '../api.js';
import { useAction } from '../parts/action.js';
import { ConfirmButton } from '../parts/confirm.js';
import { AskingButton } from '../parts/dialog.js';
import { Badge, Card } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Listing } from '../parts/table.js';
import { useMay } from '../session.js';
import { ChannelForm } from './channel-form.js';

/** A page of channels, the first where nothing is said. */
export const channelsQuery = (cursor?: string) => ({
  queryKey: ['channels', cursor],
  queryFn: () => call<PageJson<ChannelJson>>('GET', `/v1/channels${query({ cursor, limit: 10 })}`),
});

/** Where incidents and other notices are sent. */
export function Channels() {
  const may = useMay('alerts:write');
  const pages = usePages();
  const { data, error } = useQuery(channelsQuery(pages.cursor));
  return (
    <Card
      title="Channels"
      aside={
        may && (
          <AskingButton label="Make a channel" title="Make a channel">
            {(close) => <ChannelForm onDone={close} />}
          </AskingButton>
        )
      }
    >
      <Listing
        page={data}
        error={error}
        empty={<>There is none yet: notices are only in each webhook’s history.</>}
        label="Every channel"
        heads={['Channel', 'Account', 'Goes to', 'Takes', ...(may ? ['Change'] : [])]}
      >
        {(channel) => <Channel key={channel.id} channel={channel} />}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </Card>
  );
}

function Channel({ channel }: { channel: ChannelJson }) {
  const may = useMay('alerts:write');
  const path = `/v1/channels/${channel.id}`;
  const send = useAction(() => call<{ ok: boolean; error: string | null }>('POST', `${path}/test`));
  return (
    <tr>
      <td>{channel.name}</td>
      <td>{channel.accountId}</td>
      <td>
        <Badge tone="quiet">{channel.kind === 'email' ? 'e-mail' : 'Slack'}</Badge>{' '}
        <span className="value">
          {channel.kind === 'email' ? channel.recipients.join(', ') : channel.url}
        </span>
      </td>
      <td>{channel.noticeTypes.length === 0 ? 'everything' : channel.noticeTypes.join(', ')}</td>
      {may && (
        <td>
          <div className="actions">
            <button type="button" disabled={send.isPending} onClick={() => send.mutate(undefined)}>
              {send.isPending ? 'Sending…' : 'Send a test'}
            </button>
            <AskingButton label="Change" title={`Change “${channel.name}”`}>
              {(close) => <ChannelForm channel={channel} onDone={close} />}
            </AskingButton>
            <ConfirmButton
              label="Delete"
              title={`Delete “${channel.name}”?`}
              act={() => call('DELETE', path)}
            >
              <p>What still waits to be sent to it is dropped.</p>
            </ConfirmButton>
          </div>
          <span role="status">
            {send.data?.ok === true && <Badge tone="good">The test was sent</Badge>}
            {send.data?.ok === false && (
              <span className="field-fault">Not sent: {send.data.error}</span>
            )}
            {send.error !== null && <span className="field-fault">{send.error.message}</span>}
          </span>
        </td>
      )}
    </tr>
  );
}
