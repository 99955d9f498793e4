import { type FormEvent, useState } from 'react';
import { NOTICE_TYPES, type NoticeType } from '../../../src/domain/notice.js';
import { type ChannelJson, call } from '../api.js';
import { useAction } from '../parts/action.js';
import { readList } from '../parts/field-text.js';
import { CheckField, Field, faultOf, SelectField, TextField } from '../parts/form.js';
import { Fault } from '../parts/states.js';
import { useSession } from '../session.js';

const KINDS = [
  ['email', 'e-mail'],
  ['slack', 'Slack-compatible incoming webhook'],
] as const;

/** Single deliveries are told to operational webhooks alone: they would be too many. */
const TAKES = NOTICE_TYPES.filter((type) => type !== 'delivery.exhausted').map(
  (type) => [type, type] as const,
);

/** Makes a channel, or changes one, which keeps its kind. */
export function ChannelForm({ channel, onDone }: { channel?: ChannelJson; onDone: () => void }) {
  const { accountId } = useSession();
  const [input, setInput] = useState({
    name: channel?.name ?? '',
    accountId: '',
    kind: channel?.kind ?? ('email' as const),
    recipients: channel?.recipients.join('\n') ?? '',
    url: '',
    noticeTypes: (channel?.noticeTypes ?? []) as readonly NoticeType[],
  });
  const set = (change: Partial<typeof input>) => setInput({ ...input, ...change });
  const save = useAction(async () => {
    const { name, kind, noticeTypes } = input;
    const recipients = readList(input.recipients);
    const url = input.url.trim();
    const target =
      kind === 'email' ? { recipients } : channel !== undefined && url === '' ? {} : { url };
    const common = { name, noticeTypes, ...target };
    if (channel !== undefined) await call('PATCH', `/v1/channels/${channel.id}`, common);
    else {
      const account = input.accountId === '' ? {} : { accountId: input.accountId };
      await call('POST', '/v1/channels', { ...common, kind, ...account });
    }
    onDone();
  });
  const fault = (field: string) => faultOf(save.error, field);
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <TextField
        label="Name"
        required
        value={input.name}
        fault={fault('name')}
        onChange={(name) => set({ name })}
      />
      {channel === undefined && (
        <SelectField
          label="Kind"
          value={input.kind}
          options={KINDS}
          fault={fault('kind')}
          onChange={(kind) => set({ kind })}
        />
      )}
      {channel === undefined && accountId === null && (
        <TextField
          label="Account"
          hint="“default” where left out."
          value={input.accountId}
          fault={fault('accountId')}
          onChange={(text) => set({ accountId: text.trim() })}
        />
      )}
      {input.kind === 'email' ? (
        <Field label="Recipients" hint="1 to 20 addresses." fault={fault('recipients')}>
          {(id, described) => (
            <textarea
              id={id}
              {...described}
              required
              value={input.recipients}
              onChange={(event) => set({ recipients: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <TextField
          label="URL"
          type="url"
          hint={
            channel === undefined
              ? 'It is a secret: it is kept sealed, and only its host is shown again.'
              : `Stays ${channel.url ?? ''} where left out.`
          }
          required={channel === undefined}
          autoComplete="off"
          value={input.url}
          fault={fault('url')}
          onChange={(url) => set({ url })}
        />
      )}
      <CheckField
        label="Takes (everything where none is marked)"
        options={TAKES}
        values={input.noticeTypes}
        fault={fault('noticeTypes')}
        onChange={(noticeTypes) => set({ noticeTypes })}
      />
      {save.error !== null && <Fault error={save.error} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={save.isPending}>
          {channel === undefined ? 'Make the channel' : 'Save'}
        </button>
      </div>
    </form>
  );
}
