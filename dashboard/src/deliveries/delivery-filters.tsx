import { ERROR_CLASSES } from '../../../src/domain/outcome.js';
import { ChoiceFilter, Filters, TextFilter, TimeFilter } from '../parts/filter.js';
import { STATUS_TONES } from './delivery-status.js';

/** What deliveries are narrowed by, as the API names it. */
export const DELIVERY_FILTERS = [
  'status',
  'outcome',
  'eventType',
  'webhookId',
  'accountId',
  'eventId',
  'from',
  'to',
] as const;

export type DeliveryFilter = Readonly<Record<(typeof DELIVERY_FILTERS)[number], string>>;

const OUTCOMES = ['ok', ...ERROR_CLASSES];

export function DeliveryFilters(props: {
  filter: DeliveryFilter;
  /** True where all are of one webhook, which is then no choice. */
  ofWebhook: boolean;
  onChange: (change: Partial<DeliveryFilter>) => void;
}) {
  const { filter, ofWebhook, onChange } = props;
  return (
    <Filters>
      <ChoiceFilter
        label="Status"
        choices={Object.keys(STATUS_TONES)}
        value={filter.status}
        onChange={(status) => onChange({ status })}
      />
      <ChoiceFilter
        label="Last outcome"
        choices={OUTCOMES}
        value={filter.outcome}
        onChange={(outcome) => onChange({ outcome })}
      />
      <TextFilter
        label="Event type"
        placeholder="expense.*"
        value={filter.eventType}
        onChange={(eventType) => onChange({ eventType })}
      />
      {!ofWebhook && (
        <>
          <TextFilter
            label="Webhook id"
            placeholder="wh_…"
            value={filter.webhookId}
            onChange={(webhookId) => onChange({ webhookId })}
          />
          <TextFilter
            label="Account"
            value={filter.accountId}
            onChange={(accountId) => onChange({ accountId })}
          />
        </>
      )}
      <TextFilter
        label="Event id"
        placeholder="evt_…"
        value={filter.eventId}
        onChange={(eventId) => onChange({ eventId })}
      />
      <TimeFilter label="From" value={filter.from} onChange={(from) => onChange({ from })} />
      <TimeFilter label="To" value={filter.to} onChange={(to) => onChange({ to })} />
    </Filters>
  );
}
