import type {
  AccountFormat,
  AlertRule,
  ApiKey,
  ArchivedDay,
  Attempt,
  AttemptWithRequest,
  Channel,
  DeliveryWithAttempts,
  DryRun,
  FailingWebhook,
  Incident,
  ListedDelivery,
  LiveSecret,
  Notice,
  Overview,
  OverviewSpan,
  Owed,
  Page,
  Process,
  QueuesOverview,
  Replay,
  ShownExchange,
  StoredEvent,
  Surroundings,
  TablesState,
  Task,
  Webhook,
  WebhookAtRisk,
  WebhookHealth,
  WebhookStats,
  WebhookTraffic,
  Zombie,
} from '../../src/index.js';

/** A value of the library as it is after JSON: times are text. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Json<T[Key]> }
      : T;

export type WebhookJson = Json<Webhook>;
export type DeliveryJson = Json<ListedDelivery>;
export type DeliveryDetail = Json<DeliveryWithAttempts>;
export type AttemptJson = Json<Attempt>;
export type SentAttemptJson = Json<AttemptWithRequest>;
export type AccountFormatJson = Json<AccountFormat>;
export type EventJson = Json<StoredEvent>;
export type OverviewJson = Json<Overview>;
export type OverviewSpanJson = Json<OverviewSpan>;
export type FailingJson = Json<FailingWebhook>;
export type ProcessJson = Json<Process>;
export type HealthJson = Json<WebhookHealth>;
export type TrafficJson = Json<WebhookTraffic>;
export type SecretJson = Json<LiveSecret>;
export type StatsJson = Json<WebhookStats>;
export type IncidentJson = Json<Incident>;
export type RuleJson = Json<AlertRule>;
export type ChannelJson = Json<Channel>;
export type KeyJson = Json<ApiKey>;
export type ReplayJson = Json<Replay>;
export type NoticeJson = Json<Notice>;
export type OwedJson = Json<Owed>;
export type AtRiskJson = Json<WebhookAtRisk>;
export type ZombieJson = Json<Zombie>;
export type ExchangeJson = Json<ShownExchange>;
export type DryRunJson = Json<DryRun>;
export type ArchivedDayJson = Json<ArchivedDay>;
export type TablesJson = Json<TablesState>;
export type TaskJson = Json<Task>;
export type QueuesJson = Json<QueuesOverview>;
export type SurroundingsJson = Json<Surroundings>;
export type PageJson<T> = { readonly data: readonly T[]; readonly nextCursor: string | null };
export type { Page };

/** Who is signed in, and what the key allows. */
export interface Session {
  readonly keyId: string;
  readonly role: string;
  readonly accountId: string | null;
  readonly permissions: readonly string[];
  readonly expiresAt: string;
}

/** What is wrong with a field of a request, and what fits. */
export interface FieldFault {
  readonly field: string;
  readonly detail: string;
}

/** What the API said in place of an answer: a problem document. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  /** The fields of the request at fault, where they are known. */
  readonly errors: readonly FieldFault[];

  constructor(
    status: number,
    body: { code?: string; detail?: string; hint?: string; errors?: readonly FieldFault[] },
  ) {
    super(body.detail ?? `The server answered ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? 'unknown';
    this.hint = body.hint;
    this.errors = body.errors ?? [];
  }
}

/** What every request carries, and whether the browser's cookie goes along. */
interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: RequestCredentials;
}

/** The dashboard's: its cookie, and the header without which that changes nothing. */
let own: Credentials = { headers: { 'x-posthorn-dashboard': '1' }, credentials: 'same-origin' };

/** From now on requests carry a token, and no cookie of whoever is signed in to the dashboard. */
export function callWith(token: string): void {
  own = { headers: { authorization: `Bearer ${token}` }, credentials: 'omit' };
}

/** Asks the API with the session that the browser carries, or the portal's token. Throws `Problem`. */
export async function call<Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(path, {
    method,
    credentials: own.credentials,
    headers: {
      ...own.headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : {};
  if (!response.ok) throw new Problem(response.status, answer);
  return answer as Answer;
}

/** Writes a query, leaving out what is not given. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
