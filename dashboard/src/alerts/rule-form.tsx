import { type FormEvent, useState } from 'react';
import { COMPARISONS, METRICS } from '../../../src/domain/alert-rule.js';
import { TIERS } from '../../../src/domain/tier.js';
import { call, type DryRunJson, type RuleJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { faultOf, SelectField, TextField } from '../parts/form.js';
import { Fault } from '../parts/states.js';
import { useSession } from '../session.js';
import { DryRunVerdict } from './dry-run-verdict.js';
import { METRIC_WORDS } from './metrics.js';
import { RuleTelling } from './rule-telling.js';
import { type RuleValues, SCOPES, toBody, toChanges, toValues } from './rule-values.js';

const METRIC_OPTIONS = METRICS.map((metric) => [metric, METRIC_WORDS[metric].label] as const);
const COMPARISON_OPTIONS = COMPARISONS.map((comparison) => [comparison, comparison] as const);
const TIER_OPTIONS = TIERS.map((tier) => [tier, tier] as const);
const DAYS = ['1', '7', '14', '30'].map((days) => [days, `${days} days`] as const);

/**
 * Makes a rule, or changes one. It is saved only as it was tried: what it would have told of the past is
 * shown before, and whatever is changed after that is tried again.
 */
export function RuleForm({ rule, onDone }: { rule?: RuleJson; onDone: () => void }) {
  const { accountId } = useSession();
  const [values, setValues] = useState(() => toValues(rule));
  const [days, setDays] = useState('7');
  const dryRun = useAction(async (tried: RuleValues) => ({
    tried,
    found: await call<DryRunJson>('POST', '/v1/rules/dry-run', {
      ...toBody(tried),
      days: Number(days),
    }),
  }));
  const save = useAction(async () => {
    if (rule === undefined) await call('POST', '/v1/rules', toBody(values));
    else await call('PATCH', `/v1/rules/${rule.id}`, toChanges(values));
    onDone();
  });
  const shown = dryRun.data?.tried === values ? dryRun.data.found : undefined;
  const error = save.error ?? dryRun.error;
  const set = (change: Partial<RuleValues>) => {
    setValues({ ...values, ...change });
    save.reset();
  };
  const fault = (field: string) => faultOf(error, field);

  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (shown === undefined) dryRun.mutate(values);
        else save.mutate(undefined);
      }}
    >
      <TextField
        label="Name"
        required
        value={values.name}
        fault={fault('name')}
        onChange={(name) => set({ name })}
      />
      {rule === undefined && accountId === null && (
        <TextField
          label="Account"
          hint="“default” where left out."
          value={values.accountId}
          fault={fault('accountId')}
          onChange={(text) => set({ accountId: text.trim() })}
        />
      )}
      <h3>When it opens an incident</h3>
      <div className="pair">
        <SelectField
          label="Metric"
          value={values.metric}
          options={METRIC_OPTIONS}
          disabled={rule !== undefined}
          fault={fault('metric')}
          onChange={(metric) => set({ metric })}
        />
        <SelectField
          label="Is"
          value={values.comparison}
          options={COMPARISON_OPTIONS}
          onChange={(comparison) => set({ comparison })}
        />
        <TextField
          label="Threshold"
          hint={METRIC_WORDS[values.metric].hint}
          required
          value={values.threshold}
          fault={fault('threshold')}
          onChange={(threshold) => set({ threshold })}
        />
        <TextField
          label="Resolves at"
          hint="The threshold where left out."
          value={values.resolveAt}
          fault={fault('resolveAt')}
          onChange={(resolveAt) => set({ resolveAt })}
        />
        <TextField
          label="Window"
          hint="5m to 30d."
          required
          value={values.window}
          fault={fault('window')}
          onChange={(window) => set({ window })}
        />
        <TextField
          label="Attempts at least"
          hint="With fewer in the window it says nothing."
          required
          value={values.minimum}
          fault={fault('minimum')}
          onChange={(minimum) => set({ minimum })}
        />
        <SelectField
          label="Looks at"
          value={values.scope}
          options={SCOPES}
          onChange={(scope) => set({ scope, scopeValue: scope === 'tier' ? 'critical' : '' })}
        />
        {values.scope === 'tier' && (
          <SelectField
            label="Tier"
            value={values.scopeValue as (typeof TIERS)[number]}
            options={TIER_OPTIONS}
            onChange={(scopeValue) => set({ scopeValue })}
          />
        )}
        {(values.scope === 'webhookId' || values.scope === 'eventType') && (
          <TextField
            label={values.scope === 'webhookId' ? 'Webhook id' : 'Event type'}
            required
            value={values.scopeValue}
            fault={fault('scope')}
            onChange={(scopeValue) => set({ scopeValue })}
          />
        )}
      </div>
      <RuleTelling values={values} onChange={set} error={error} />
      <h3>Tried on the past</h3>
      <SelectField label="Of the last" value={days} options={DAYS} onChange={setDays} />
      {shown !== undefined && <DryRunVerdict found={shown} metric={values.metric} />}
      {error !== null && <Fault error={error} />}
      <div className="actions">
        <button
          type="button"
          className={shown === undefined ? 'primary' : ''}
          disabled={dryRun.isPending}
          onClick={(event) => {
            if (event.currentTarget.form?.reportValidity()) dryRun.mutate(values);
          }}
        >
          {dryRun.isPending ? 'Looking at the past…' : 'Try it on the past'}
        </button>
        <button
          type="submit"
          className={shown === undefined ? '' : 'primary'}
          disabled={shown === undefined || save.isPending}
        >
          {rule === undefined ? 'Make the rule' : 'Save'}
        </button>
        {shown === undefined && <small className="muted">Saved once it was tried as it is.</small>}
      </div>
    </form>
  );
}
