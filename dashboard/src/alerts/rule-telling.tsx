import { useQuery } from '@tanstack/react-query';
import { type ChannelJson, call, type PageJson, query } from '../api.js';
import { CheckField, faultOf, TextField } from '../parts/form.js';
import type { RuleValues } from './rule-values.js';

/** Where a rule's incidents are told, and when not: the second part of its form. */
export function RuleTelling(props: {
  values: RuleValues;
  onChange: (change: Partial<RuleValues>) => void;
  error: Error | null;
}) {
  const { values, onChange, error } = props;
  const accountId = values.accountId === '' ? 'default' : values.accountId;
  const { data } = useQuery({
    queryKey: ['channels', 'of', accountId],
    queryFn: () =>
      call<PageJson<ChannelJson>>('GET', `/v1/channels${query({ accountId, limit: 100 })}`),
    retry: false,
  });
  const channels = (data?.data ?? []).map(({ id, name }) => [id, name] as const);
  return (
    <>
      <h3>Where it is told</h3>
      {channels.length === 0 ? (
        <p className="muted">
          The account {accountId} has no channel yet; later ones will hear of it.
        </p>
      ) : (
        <CheckField
          label="Channels (every one where none is marked)"
          options={channels}
          values={values.channelIds}
          fault={faultOf(error, 'channelIds')}
          onChange={(channelIds) => onChange({ channelIds })}
        />
      )}
      <div className="pair">
        <TextField
          label="Cooldown"
          hint="After one was told, the next is not; 0s to 30d."
          required
          value={values.cooldown}
          fault={faultOf(error, 'cooldown')}
          onChange={(cooldown) => onChange({ cooldown })}
        />
        <TextField
          label="Quiet from"
          hint="Like 22:00; none where left out."
          value={values.quietFrom}
          fault={faultOf(error, 'quietHours.from')}
          onChange={(quietFrom) => onChange({ quietFrom })}
        />
        <TextField
          label="Quiet to"
          hint="Like 07:00."
          value={values.quietTo}
          fault={faultOf(error, 'quietHours.to')}
          onChange={(quietTo) => onChange({ quietTo })}
        />
        <TextField
          label="Time zone"
          hint="Like Europe/Berlin."
          value={values.timeZone}
          fault={faultOf(error, 'quietHours.timeZone')}
          onChange={(timeZone) => onChange({ timeZone })}
        />
      </div>
    </>
  );
}
