import type { DeliveryJson } from '../api.js';
import { Badge } from '../parts/layout.js';

export const STATUS_TONES = {
  delivered: 'good',
  pending: 'warn',
  exhausted: 'bad',
  discarded: 'quiet',
} as const;

export function DeliveryStatus({ status }: { status: DeliveryJson['status'] }) {
  return <Badge tone={STATUS_TONES[status]}>{status}</Badge>;
}
