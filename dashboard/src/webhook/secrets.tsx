import { useQuery } from '@tanstack/react-query';
import { call, type SecretJson, type WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Badge, Card } from '../parts/layout.js';
import { Pending } from '../parts/states.js';
import { Table } from '../parts/table.js';

/** The secrets that sign a webhook's requests. Their text was shown when they were made, and is not again. */
export function Secrets({ webhook }: { webhook: WebhookJson }) {
  const { data, error } = useQuery({
    queryKey: ['secrets', webhook.id],
    queryFn: () =>
      call<{ data: readonly SecretJson[] }>('GET', `/v1/webhooks/${webhook.id}/secrets`),
  });
  return (
    <Card title="Secrets that sign">
      {data === undefined ? (
        <Pending error={error} />
      ) : (
        <Table label="Secrets" heads={['Made', 'Scheme', 'Signs until', 'Public key']}>
          {data.data.map((secret) => (
            <tr key={secret.createdAt}>
              <td>
                <Ago at={secret.createdAt} />
              </td>
              <td>{secret.signatureScheme === 'v1' ? 'HMAC (v1)' : 'Ed25519 (v1a)'}</td>
              <td>
                {secret.expiresAt === null ? (
                  <Badge tone="good">the newest, until it is rotated</Badge>
                ) : (
                  <Ago at={secret.expiresAt} />
                )}
              </td>
              <td className="id">{secret.publicKey ?? '–'}</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
