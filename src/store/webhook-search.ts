import { type Condition, given, valuesOf, whereAll } from './conditions.js';
import { lastLooked } from './last-looked.js';
import type { Ledger } from './ledger.js';
import { MOST_LOOKED, type Page, readPage } from './page.js';
import { toWebhook, type Webhook, type WebhookFilter, WITH_HOLD } from './webhooks.js';

/**
 * A page of the webhooks whose URL has a text in it, newest first. No index finds a part of a URL, so that a
 * page looks at `MOST_LOOKED` webhooks at most: it may hold fewer than its limit, even none, while another
 * follows.
 */
export function searchWebhooks(
  ledger: Ledger,
  filter: WebhookFilter & { readonly search: string },
): Promise<Page<Webhook>> {
  const looked = (before: string | undefined) => [
    ...conditionsOf(filter),
    ...given('id < ?', before),
  ];
  const found = { sql: 'url ILIKE ?', value: containing(filter.search) };
  return readPage(
    filter,
    async ({ before, take }) => {
      const first = looked(before);
      const rows = await ledger.$queryRawUnsafe<{ id: string }[]>(
        `SELECT id FROM (
          SELECT id, url FROM posthorn.webhooks ${whereAll(first)} ORDER BY id DESC LIMIT ${MOST_LOOKED}
        ) AS looked ${whereAll([found], valuesOf(first).length)} ORDER BY id DESC LIMIT ${take}`,
        ...valuesOf([...first, found]),
      );
      return ledger.webhook.findMany({
        where: { id: { in: rows.map(({ id }) => id) } },
        orderBy: { id: 'desc' },
        include: WITH_HOLD,
      });
    },
    toWebhook,
    (before) => lastLooked(ledger, 'webhooks', looked(before)),
  );
}

function conditionsOf({ accountId, active, state, tier }: WebhookFilter): readonly Condition[] {
  return [
    ...given('account_id = ?', accountId),
    ...given('active = ?::boolean', active?.toString()),
    ...(state === undefined ? [] : [{ sql: IN_STATE[state] }]),
    ...given('tier = ?::posthorn.tier', tier),
  ];
}

const IN_STATE = {
  well: 'active AND failing_since IS NULL',
  failing: 'active AND failing_since IS NOT NULL',
  inactive: 'NOT active',
} as const;

/** What the characters `%`, `_` and the backslash mean in a pattern is not meant in a search. */
function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
