import { useQuery } from '@tanstack/react-query';
import type { AccountFormat, Format } from '../../../src/index.js';
import { call, type Json, type WebhookJson } from '../api.js';

/** How a webhook's requests look, and whether that is its account's default. */
export function FormatInForce({
  webhook: { accountId, format },
}: {
  webhook: Pick<WebhookJson, 'accountId' | 'format'>;
}) {
  const { data } = useQuery({
    queryKey: ['account-format', accountId],
    queryFn: () =>
      call<Json<AccountFormat>>('GET', `/v1/accounts/${encodeURIComponent(accountId)}/format`),
    enabled: format === null,
  });
  if (format !== null) return inWords(format);
  return data === undefined ? '…' : `${inWords(data.format)}, as its account’s are`;
}

function inWords(format: Json<Format> | null): string {
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
