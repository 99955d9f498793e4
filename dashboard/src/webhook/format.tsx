import { useQuery } from '@tanstack/react-query';
import type { Format } from '../../../src/index.js';
import { type AccountFormatJson, call, type Json, type WebhookJson } from '../api.js';

/** The default of an account. */
export const accountFormatQuery = (accountId: string) => ({
  queryKey: ['account-format', accountId],
  queryFn: () =>
    call<AccountFormatJson>('GET', `/v1/accounts/${encodeURIComponent(accountId)}/format`),
});

/** How a webhook's requests look, and whether that is its account's default. */
export function FormatInForce({
  webhook: { accountId, format },
}: {
  webhook: Pick<WebhookJson, 'accountId' | 'format'>;
}) {
  const { data } = useQuery({ ...accountFormatQuery(accountId), enabled: format === null });
  if (format !== null) return formatInWords(format);
  return data === undefined ? '…' : `${formatInWords(data.format)}, as its account’s are`;
}

export function formatInWords(format: Json<Format> | null): string {
  switch (format?.kind) {
    case undefined:
    case 'standard':
      return 'Standard Webhooks';
    case 'slack':
      return 'messages for Slack';
    case 'discord':
      return 'messages for Discord';
    case 'raw': {
      const headers = format.signatures.map(({ header }) => header).join(' and ');
      return `the payload alone, ${headers === '' ? 'not signed' : `signed by ${headers}`}`;
    }
    default:
      return format satisfies never;
  }
}
