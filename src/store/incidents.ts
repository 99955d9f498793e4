import type { Comparison, Metric, Resolution } from '../domain/alert-rule.js';
import type { Prisma } from './generated/client.js';
import type { Ledger } from './ledger.js';
import { type Page, type PageRequest, readPage } from './page.js';
import { scoped } from './webhooks.js';

/** An incident as the API and the library show it. */
export interface Incident {
  readonly id: string;
  readonly accountId: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly metric: Metric;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** Null where it is of a whole account. */
  readonly webhookId: string | null;
  readonly openedAt: Date;
  /** The metric when it opened, in its unit. */
  readonly value: number;
  /** The metric when it was last looked at. */
  readonly lastValue: number;
  /** When its opening was told; null while quiet hours or a cooldown keep it back, or where they did. */
  readonly toldAt: Date | null;
  readonly acknowledgedAt: Date | null;
  /** `owner`, `setting` or the id of an API key. */
  readonly acknowledgedBy: string | null;
  /** Null while it is open. */
  readonly resolvedAt: Date | null;
  readonly resolution: Resolution | null;
}

/** What can be asked of a list of incidents. */
export interface IncidentFilter extends PageRequest {
  readonly accountId?: string | undefined;
  readonly ruleId?: string | undefined;
  readonly webhookId?: string | undefined;
  /** Open ones, or resolved ones; all where left out. */
  readonly open?: boolean | undefined;
}

const WITH_RULE = {
  rule: { select: { name: true, metric: true, comparison: true, threshold: true } },
} as const satisfies Prisma.IncidentInclude;

type IncidentRow = Prisma.IncidentGetPayload<{ include: typeof WITH_RULE }>;

/** A page of incidents, newest first. */
export function listIncidents(ledger: Ledger, filter: IncidentFilter): Promise<Page<Incident>> {
  const { accountId, ruleId, webhookId, open } = filter;
  return readPage(
    filter,
    ({ before, take }) =>
      ledger.incident.findMany({
        where: {
          ...(accountId === undefined ? {} : { accountId }),
          ...(ruleId === undefined ? {} : { ruleId }),
          ...(webhookId === undefined ? {} : { webhookId }),
          ...(open === undefined ? {} : { resolvedAt: open ? null : { not: null } }),
          ...(before === undefined ? {} : { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take,
        include: WITH_RULE,
      }),
    toIncident,
  );
}

/** Reads one incident of an account; undefined where there is none. */
export async function findIncident(
  ledger: Ledger,
  id: string,
  accountId?: string,
): Promise<Incident | undefined> {
  const row = await ledger.incident.findFirst({
    where: scoped(id, accountId),
    include: WITH_RULE,
  });
  return row === null ? undefined : toIncident(row);
}

/** Notes who looks after an open incident. One that was acknowledged before keeps who did. */
export async function acknowledgeIncident(
  ledger: Ledger,
  id: string,
  by: { readonly actor: string; readonly now: Date },
): Promise<void> {
  await ledger.incident.updateMany({
    where: { id, resolvedAt: null, acknowledgedAt: null },
    data: { acknowledgedAt: by.now, acknowledgedBy: by.actor },
  });
}

/** How many incidents are open. */
export function countOpenIncidents(ledger: Ledger): Promise<number> {
  return ledger.incident.count({ where: { resolvedAt: null } });
}

function toIncident({ rule, ...row }: IncidentRow): Incident {
  const { subject: _subject, endToldAt: _endToldAt, resolution, ...shown } = row;
  return {
    ...shown,
    ruleName: rule.name,
    metric: rule.metric as Metric,
    comparison: rule.comparison as Comparison,
    threshold: rule.threshold,
    resolution: resolution as Resolution | null,
  };
}
