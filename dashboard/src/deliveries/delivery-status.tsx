import type { DeliveryJson } from '../api.js';
import { Badge } from '../parts/layout.js';

export const STATUS_TONES = {
  delivered: 'good',
  pending: 'warn',
  exhausted: 'bad',
  discarded: 'quiet',
} as const;

/** The state of a delivery, and of a pending one where it is. */
export function DeliveryStatus(props: Pick<DeliveryJson, 'status'> & Partial<DeliveryJson>) {
  const { status, place } = props;
  return (
    <Badge tone={STATUS_TONES[status]}>
      {status}
      {place === 'parked' && ', parked'}
    </Badge>
  );
}
