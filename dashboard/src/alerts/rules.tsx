import { useQuery } from '@tanstack/react-query';
import { call, type PageJson, query, type RuleJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { ConfirmButton } from '../parts/confirm.js';
import { AskingButton } from '../parts/dialog.js';
import { Badge, Card } from '../parts/layout.js';
import { usePages } from '../parts/pages.js';
import { Fault } from '../parts/states.js';
import { Listing } from '../parts/table.js';
import { useMay } from '../session.js';
import { plural } from '../words.js';
import { conditionText } from './metrics.js';
import { RuleForm } from './rule-form.js';

/** A page of rules, the first where nothing is said. */
export const rulesQuery = (cursor?: string) => ({
  queryKey: ['rules', cursor],
  queryFn: () => call<PageJson<RuleJson>>('GET', `/v1/rules${query({ cursor, limit: 10 })}`),
});

/** What is watched, and how that is changed. */
export function Rules() {
  const may = useMay('alerts:write');
  const pages = usePages();
  const { data, error } = useQuery(rulesQuery(pages.cursor));
  const toggle = useAction((rule: RuleJson) =>
    call('PATCH', `/v1/rules/${rule.id}`, { enabled: !rule.enabled }),
  );
  return (
    <Card
      title="Rules"
      aside={
        may && (
          <AskingButton label="Make a rule" title="Make a rule">
            {(close) => <RuleForm onDone={close} />}
          </AskingButton>
        )
      }
    >
      {toggle.error !== null && <Fault error={toggle.error} />}
      <Listing
        page={data}
        error={error}
        empty={<>There is none yet: nobody is told when webhooks fail.</>}
        label="Alert rules"
        heads={['Rule', 'Account', 'Opens an incident at', 'State', ...(may ? ['Change'] : [])]}
      >
        {(rule) => (
          <tr key={rule.id}>
            <td>{rule.name}</td>
            <td>{rule.accountId}</td>
            <td>
              {conditionText(rule)}
              <small className="muted block">{boundsText(rule)}</small>
            </td>
            <td>
              <Badge tone={rule.enabled ? 'good' : 'quiet'}>{rule.enabled ? 'on' : 'off'}</Badge>
            </td>
            {may && (
              <td>
                <div className="actions">
                  <button type="button" onClick={() => toggle.mutate(rule)}>
                    Turn {rule.enabled ? 'off' : 'on'}
                  </button>
                  <AskingButton label="Change" title={`Change “${rule.name}”`}>
                    {(close) => <RuleForm rule={rule} onDone={close} />}
                  </AskingButton>
                  <ConfirmButton
                    label="Delete"
                    title={`Delete “${rule.name}”?`}
                    act={() => call('DELETE', `/v1/rules/${rule.id}`)}
                  >
                    <p>Its incidents go with it; of those that were told the end is told, too.</p>
                  </ConfirmButton>
                </div>
              </td>
            )}
          </tr>
        )}
      </Listing>
      {pages.controls(data?.nextCursor ?? null)}
    </Card>
  );
}

/** What it looks at, and over which time. */
function boundsText({ scope, window, minimum, channelIds }: RuleJson): string {
  const about = scope.account
    ? 'the account as one'
    : scope.webhookId !== undefined
      ? `webhook ${scope.webhookId.slice(0, 16)}…`
      : scope.tier !== undefined
        ? `each webhook of the tier ${scope.tier}`
        : scope.eventType !== undefined
          ? `each webhook that wants ${scope.eventType}`
          : 'each webhook';
  const least = minimum > 0 ? `, from ${plural(minimum, 'attempt')} on` : '';
  const told = channelIds.length === 0 ? 'every channel' : plural(channelIds.length, 'channel');
  return `${about}, within ${window}${least}; told to ${told}`;
}
