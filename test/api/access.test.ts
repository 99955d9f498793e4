import { describe, expect, test } from 'vitest';
import {
  KEY_ROLES,
  type KeyRole,
  mayDo,
  PERMISSIONS,
  type Permission,
} from '../../src/domain/access.js';
import { newId } from '../../src/domain/id.js';
import { temporaryFolder } from '../archive/setup.js';
import { openWalkedApi, type Route, type WalkedApi } from './routes.js';
import { bearing, makeAttempt, makeIncident, makeKey } from './setup.js';

/** Who may call each route, by hand: the other half of what the routes declare. */
const EXPECTED: Readonly<Record<string, readonly KeyRole[] | 'everybody'>> = {
  'GET /healthz': 'everybody',
  'GET /readyz': 'everybody',
  'GET /openapi.json': 'everybody',
  'GET /v1/overview': ['admin', 'operator', 'viewer'],
  'POST /v1/webhooks': ['admin', 'operator'],
  'POST /v1/portal-links': ['admin', 'operator'],
  'POST /v1/portal-links/revoke': ['admin', 'operator'],
  'GET /v1/webhooks': ['admin', 'operator', 'viewer'],
  'GET /v1/webhooks/:id': ['admin', 'operator', 'viewer'],
  'PATCH /v1/webhooks/:id': ['admin', 'operator'],
  'DELETE /v1/webhooks/:id': ['admin', 'operator'],
  'POST /v1/webhooks/:id/rotate-secret': ['admin', 'operator'],
  'POST /v1/webhooks/:id/deactivate': ['admin', 'operator'],
  'POST /v1/webhooks/:id/reactivate': ['admin', 'operator'],
  'GET /v1/webhooks/:id/attempts': ['admin', 'operator', 'viewer'],
  'GET /v1/webhooks/:id/history': ['admin', 'operator', 'viewer'],
  'GET /v1/webhooks/health': ['admin', 'operator', 'viewer'],
  'GET /v1/webhooks/:id/traffic': ['admin', 'operator', 'viewer'],
  'GET /v1/webhooks/:id/secrets': ['admin', 'operator', 'viewer'],
  'GET /v1/webhooks/:id/stats': ['admin', 'operator', 'viewer'],
  'GET /v1/webhooks/:id/owed': ['admin', 'operator', 'viewer'],
  'POST /v1/webhooks/:id/verify': ['admin', 'operator'],
  'POST /v1/webhooks/:id/test': ['admin', 'operator'],
  'POST /v1/webhooks/:id/replay': ['admin', 'operator'],
  'GET /v1/replays': ['admin', 'operator', 'viewer'],
  'GET /v1/replays/:id': ['admin', 'operator', 'viewer'],
  'POST /v1/replays/:id/cancel': ['admin', 'operator'],
  'POST /v1/channels': ['admin', 'operator'],
  'GET /v1/channels': ['admin', 'operator', 'viewer'],
  'GET /v1/channels/:id': ['admin', 'operator', 'viewer'],
  'PATCH /v1/channels/:id': ['admin', 'operator'],
  'DELETE /v1/channels/:id': ['admin', 'operator'],
  'POST /v1/channels/:id/test': ['admin', 'operator'],
  'POST /v1/rules': ['admin', 'operator'],
  'POST /v1/rules/dry-run': ['admin', 'operator', 'viewer'],
  'GET /v1/rules': ['admin', 'operator', 'viewer'],
  'GET /v1/rules/:id': ['admin', 'operator', 'viewer'],
  'PATCH /v1/rules/:id': ['admin', 'operator'],
  'DELETE /v1/rules/:id': ['admin', 'operator'],
  'GET /v1/incidents': ['admin', 'operator', 'viewer'],
  'GET /v1/incidents/:id': ['admin', 'operator', 'viewer'],
  'POST /v1/incidents/:id/acknowledge': ['admin', 'operator'],
  'GET /v1/policy': ['admin', 'operator', 'viewer'],
  'GET /v1/accounts/:accountId/format': ['admin', 'operator', 'viewer'],
  'PUT /v1/accounts/:accountId/format': ['admin', 'operator'],
  'DELETE /v1/accounts/:accountId/format': ['admin', 'operator'],
  'POST /v1/events': ['admin', 'operator', 'producer'],
  'POST /v1/events/batch': ['admin', 'operator', 'producer'],
  'GET /v1/events/:id': ['admin', 'operator', 'producer', 'viewer'],
  'GET /v1/deliveries': ['admin', 'operator', 'viewer'],
  'GET /v1/deliveries/:id': ['admin', 'operator', 'viewer'],
  'POST /v1/deliveries/:id/retry': ['admin', 'operator'],
  'GET /v1/attempts/:id': ['admin', 'operator', 'viewer'],
  'GET /v1/zombies': ['admin', 'operator', 'viewer'],
  'POST /v1/zombies/sweep': ['admin', 'operator'],
  'POST /v1/keys': ['admin'],
  'GET /v1/keys': ['admin'],
  'DELETE /v1/keys/:id': ['admin'],
  'GET /v1/processes': ['admin', 'operator', 'viewer'],
  'GET /v1/queues': ['admin', 'operator', 'viewer'],
  'GET /v1/settings': ['admin', 'operator'],
  'GET /v1/archive': ['admin', 'operator', 'viewer'],
  'GET /v1/archive/days': ['admin', 'operator', 'viewer'],
  'POST /v1/archive/run': ['admin', 'operator'],
  'POST /v1/archive/verify': ['admin', 'operator'],
  'POST /v1/archive/restore': ['admin', 'operator'],
  'POST /v1/erasures': ['admin'],
  'GET /v1/tasks': ['admin', 'operator', 'viewer'],
  'GET /v1/tasks/:id': ['admin', 'operator', 'viewer'],
  'GET /metrics': ['admin', 'operator', 'viewer'],
};

/** What somebody at the portal may call; a `customer-viewer` what reads of it. */
const AT_THE_PORTAL = [
  'GET /healthz',
  'GET /readyz',
  'GET /openapi.json',
  'GET /v1/overview',
  'GET /v1/policy',
  'GET /v1/accounts/:accountId/format',
  'POST /v1/webhooks',
  'GET /v1/webhooks',
  'GET /v1/webhooks/:id',
  'PATCH /v1/webhooks/:id',
  'DELETE /v1/webhooks/:id',
  'POST /v1/webhooks/:id/rotate-secret',
  'POST /v1/webhooks/:id/deactivate',
  'POST /v1/webhooks/:id/reactivate',
  'GET /v1/webhooks/:id/attempts',
  'GET /v1/webhooks/:id/history',
  'GET /v1/webhooks/health',
  'GET /v1/webhooks/:id/traffic',
  'GET /v1/webhooks/:id/secrets',
  'GET /v1/webhooks/:id/stats',
  'GET /v1/webhooks/:id/owed',
  'POST /v1/webhooks/:id/verify',
  'POST /v1/webhooks/:id/test',
  'POST /v1/webhooks/:id/replay',
  'GET /v1/replays',
  'GET /v1/replays/:id',
  'POST /v1/replays/:id/cancel',
  'GET /v1/events/:id',
  'GET /v1/deliveries',
  'GET /v1/deliveries/:id',
  'POST /v1/deliveries/:id/retry',
  'GET /v1/attempts/:id',
  'GET /v1/zombies',
];

/** Where somebody at the portal may call a route, and not with all that a key may send. */
const BODIES_AT_THE_PORTAL: typeof BODIES = {
  'PATCH /v1/webhooks/:id': () => ({ description: 'mine' }),
  'POST /v1/webhooks/:id/verify': () => undefined,
};

/** Routes that reach into every account, so that a key of one account may not call them. */
const OF_EVERY_ACCOUNT = [
  'POST /v1/zombies/sweep',
  'GET /v1/processes',
  'GET /v1/queues',
  'GET /v1/settings',
  'GET /v1/archive',
  'GET /v1/archive/days',
  'POST /v1/archive/run',
  'POST /v1/archive/verify',
  'POST /v1/archive/restore',
  'POST /v1/erasures',
  'GET /v1/tasks',
  'GET /v1/tasks/:id',
  'GET /metrics',
];

/** What no route needs: only a part of the dashboard, which has a test of its own. */
const OF_NO_ROUTE: readonly Permission[] = ['queues:write'];

const URL = 'https://hooks.example.com/posthorn';
const EVENT = { type: 'expense.created', payload: 1 };
const RULE = {
  name: 'new',
  metric: 'exhaustedDeliveries',
  comparison: 'above',
  threshold: 0,
} as const;

/** Bodies that a route takes, for an account where one is named; none where there is no entry. */
const BODIES: Readonly<Record<string, (account: { accountId?: string }) => unknown>> = {
  'POST /v1/webhooks': (account) => ({ url: URL, ...account }),
  'POST /v1/portal-links': (account) => account,
  'POST /v1/portal-links/revoke': (account) => account,
  'PATCH /v1/webhooks/:id': () => ({ tier: 'low' }),
  'PUT /v1/accounts/:accountId/format': () => ({ format: { kind: 'slack' } }),
  'POST /v1/events': (account) => ({ ...EVENT, ...account }),
  'POST /v1/events/batch': (account) => ({ events: [EVENT, { ...EVENT, ...account }] }),
  'POST /v1/webhooks/:id/verify': () => ({ method: 'none' }),
  'POST /v1/webhooks/:id/replay': () => ({ from: '1h' }),
  'POST /v1/channels': (account) => ({ name: 'new', kind: 'slack', url: URL, ...account }),
  'PATCH /v1/channels/:id': () => ({ name: 'other' }),
  'POST /v1/rules': (account) => ({ ...RULE, ...account }),
  'POST /v1/rules/dry-run': (account) => ({ ...RULE, ...account }),
  'PATCH /v1/rules/:id': () => ({ threshold: 5 }),
  'POST /v1/keys': (account) => ({ name: 'new', role: 'viewer', ...account }),
  'POST /v1/archive/restore': () => ({ day: '2026-03-01' }),
  'POST /v1/erasures': () => ({ accountId: 'one', dryRun: true }),
};

/** A route's name in the tables: HEAD is answered as GET is. */
function nameOf({ method, url }: Route): string {
  return `${method === 'HEAD' ? 'GET' : method} ${url}`;
}

/** One thing of each kind, of that account. */
async function makeThings(
  { posthorn, ledger }: Pick<WalkedApi, 'posthorn' | 'ledger'>,
  accountId: string,
): Promise<Record<string, string>> {
  const { webhook } = await posthorn.webhooks.register({ url: URL, accountId });
  const event = await posthorn.enqueue({ ...EVENT, accountId });
  const { data } = await posthorn.deliveries.list({ eventId: event.id });
  const deliveryId = data[0]?.id ?? '';
  const { replay } = await posthorn.replays.start(webhook.id, { from: new Date(0) });
  const channel = { name: 'thing', kind: 'slack', url: URL, accountId } as const;
  const { id: channelId } = await posthorn.channels.create(channel);
  const alert = await makeIncident({ posthorn, ledger }, webhook.id, accountId);
  await posthorn.formats.set({ kind: 'standard' }, { accountId });
  const { apiKey } = await posthorn.keys.create({ name: 'thing', role: 'viewer', accountId });
  const at = new Date();
  const task = await ledger.task.create({
    data: {
      id: newId('tsk_', at),
      kind: 'archive',
      input: {},
      requestedBy: 'owner',
      createdAt: at,
    },
  });
  return {
    webhooks: webhook.id,
    events: event.id,
    deliveries: deliveryId,
    attempts: await makeAttempt({ posthorn, ledger }, deliveryId),
    keys: apiKey.id,
    replays: replay.id,
    channels: channelId,
    rules: alert.ruleId,
    incidents: alert.incidentId,
    tasks: task.id,
    accounts: accountId,
  };
}

/** The path of a route with the id of the thing that it is about in it. */
function pathOf({ url }: Route, things: Readonly<Record<string, string>>): string {
  const noun = url.split('/')[2] ?? '';
  return url.replace(/:(id|accountId)/, things[noun] ?? '');
}

/** Every request as from another address, so that wrong keys are not counted together. */
function elsewhere() {
  let requests = 0;
  return () => {
    requests += 1;
    return { 'x-forwarded-for': `10.1.${requests >> 8}.${requests & 255}` };
  };
}

async function open() {
  const archive = await temporaryFolder();
  const api = await openWalkedApi({ trustProxy: '127.0.0.0/8', archive });
  const from = elsewhere();
  /** Calls a route with a key, about things of an account. */
  async function callRoute(
    route: Route,
    key: string | undefined,
    options: {
      things?: Readonly<Record<string, string>>;
      account?: { accountId: string };
      query?: string;
      bodies?: typeof BODIES;
    } = {},
  ) {
    const { things = {}, account = {}, query = '', bodies = BODIES } = options;
    const json = bodies[nameOf(route)]?.(account);
    return api.call(route.method, `${pathOf(route, things)}${query}`, {
      ...(json === undefined ? {} : { json }),
      headers: { authorization: '', ...(key === undefined ? {} : bearing(key)), ...from() },
    });
  }
  return { ...api, callRoute };
}

test('every route stands in the table of this test, and declares what the table says', async () => {
  const { routes } = await openWalkedApi();
  const declared = Object.fromEntries(
    routes.map((route) => {
      const { permission } = route;
      const roles = KEY_ROLES.filter(
        (role) => permission !== undefined && mayDo({ role, accountId: null }, permission),
      );
      return [nameOf(route), permission === undefined ? 'everybody' : roles];
    }),
  );
  expect(declared).toEqual(EXPECTED);
  const limited = routes.filter(
    ({ permission }) =>
      permission !== undefined && !mayDo({ role: 'admin', accountId: 'one' }, permission),
  );
  expect([...new Set(limited.map(nameOf))]).toEqual(OF_EVERY_ACCOUNT);
  const needed = new Set(routes.map(({ permission }) => permission));
  expect(PERMISSIONS.filter((permission) => !needed.has(permission))).toEqual(OF_NO_ROUTE);
});

describe.each(KEY_ROLES)('a key of the role %s', (role) => {
  test.each([
    ['every account', undefined],
    ['one account', 'one'],
  ])('of %s may call what the table says, and nothing else', async (_name, accountId) => {
    const { routes, call, callRoute, posthorn, ledger } = await open();
    const { key } = await makeKey(call, {
      role,
      ...(accountId === undefined ? {} : { accountId }),
    });
    const unchanged = await makeThings({ posthorn, ledger }, 'one');
    for (const route of routes) {
      const name = nameOf(route);
      const roles = EXPECTED[name] ?? [];
      const allowed =
        (roles === 'everybody' || roles.includes(role)) &&
        !(accountId !== undefined && OF_EVERY_ACCOUNT.includes(name));
      // What is read or refused stays as it is.
      const changes = allowed && !['GET', 'HEAD'].includes(route.method);
      const things = changes ? await makeThings({ posthorn, ledger }, 'one') : unchanged;
      if (changes && name.endsWith('/reactivate'))
        await posthorn.webhooks.deactivate(things.webhooks ?? '');
      // Links to the portal have no account of their own accord.
      const account =
        accountId === undefined && name.includes('portal-links') ? { accountId: 'one' } : undefined;
      const { status, body } = await callRoute(route, key, {
        things,
        ...(account === undefined ? {} : { account }),
      });
      const outcome = status < 300 ? 'done' : status;
      expect([route.method, name, outcome]).toEqual([route.method, name, allowed ? 'done' : 403]);
      if (allowed || route.method === 'HEAD') continue;
      expect(body).toMatchObject({
        code: 'forbidden',
        hint: expect.stringContaining('role admin'),
      });
      expect(body.detail).toContain(`the role ${role}`);
      expect(body.detail).toContain(`needs ${route.permission}`);
    }
  });
});

test('without a key, with a wrong one and with a revoked one every route but those of health is 401', async () => {
  const { routes, call, callRoute, posthorn, ledger } = await open();
  const revoked = await makeKey(call, { role: 'admin' });
  await posthorn.keys.revoke(revoked.id);
  const things = await makeThings({ posthorn, ledger }, 'one');
  for (const route of routes) {
    for (const key of [undefined, `phk_${'A'.repeat(43)}`, 'nonsense', revoked.key]) {
      const { status, body } = await callRoute(route, key, { things });
      const expected = EXPECTED[nameOf(route)] === 'everybody' ? 200 : 401;
      expect([route.method, route.url, key, status]).toEqual([
        route.method,
        route.url,
        key,
        expected,
      ]);
      if (expected === 401 && route.method !== 'HEAD') expect(body.code).toBe('unauthorized');
    }
  }
});

describe('a key of another account', () => {
  /** What the ledger holds of the account that the key is not of. */
  async function snapshot(ledger: Awaited<ReturnType<typeof open>>['ledger']) {
    const where = { accountId: 'one' };
    return [
      await ledger.webhook.findMany({ where }),
      await ledger.event.findMany({ where }),
      await ledger.delivery.findMany({ where }),
      await ledger.apiKey.findMany({ where }),
      await ledger.channel.findMany({ where }),
      await ledger.replay.findMany({ where }),
      await ledger.alertRule.findMany({ where }),
      await ledger.incident.findMany({ where }),
      await ledger.accountFormat.findMany({ where }),
    ];
  }

  /** An answer without what differs between two requests. */
  function comparable(body: Record<string, unknown>): string {
    const { instance: _instance, ...rest } = body;
    return JSON.stringify(rest).replaceAll(
      /(wh|evt|dlv|att|key|rpl|chn|rul|inc)_[0-9a-f]{32}/g,
      'ID',
    );
  }

  test('finds no thing by its id, as if there were none', async () => {
    const { routes, call, callRoute, posthorn, ledger } = await open();
    const { key } = await makeKey(call, { role: 'admin', accountId: 'other' });
    const things = await makeThings({ posthorn, ledger }, 'one');
    const before = await snapshot(ledger);
    const now = new Date();
    const unknown = {
      webhooks: newId('wh_', now),
      events: newId('evt_', now),
      deliveries: newId('dlv_', now),
      attempts: newId('att_', now),
      keys: newId('key_', now),
      replays: newId('rpl_', now),
      channels: newId('chn_', now),
      rules: newId('rul_', now),
      incidents: newId('inc_', now),
    };
    const withId = routes.filter(
      (route) => route.url.includes(':id') && !OF_EVERY_ACCOUNT.includes(nameOf(route)),
    );
    expect(withId.length).toBeGreaterThan(10);
    for (const route of withId) {
      for (const query of ['', '?accountId=other']) {
        const foreign = await callRoute(route, key, { things, query });
        const missing = await callRoute(route, key, { things: unknown, query });
        expect([route.method, route.url, foreign.status]).toEqual([route.method, route.url, 404]);
        expect(missing.status).toBe(404);
        expect(comparable(foreign.body)).toBe(comparable(missing.body));
      }
      const named = await callRoute(route, key, { things, query: '?accountId=one' });
      const nowhere = await callRoute(route, key, { things, query: '?accountId=nowhere' });
      expect([named.status, nowhere.status]).toEqual([403, 403]);
      expect(comparable(named.body)).toBe(comparable(nowhere.body));
    }
    expect(await snapshot(ledger)).toEqual(before);
  });

  test('learns and changes nothing by its name, be there such an account or not', async () => {
    const { routes, call, callRoute, posthorn, ledger } = await open();
    const { key } = await makeKey(call, { role: 'admin', accountId: 'other' });
    await makeThings({ posthorn, ledger }, 'one');
    const before = await snapshot(ledger);
    const ofAccounts = routes.filter(({ url }) => url.includes(':accountId'));
    expect(ofAccounts.length).toBeGreaterThan(2);
    for (const route of ofAccounts) {
      const named = await callRoute(route, key, { things: { accounts: 'one' } });
      const nowhere = await callRoute(route, key, { things: { accounts: 'nowhere' } });
      expect([route.method, route.url, named.status]).toEqual([route.method, route.url, 403]);
      expect(nowhere.status).toBe(403);
      expect(comparable(named.body)).toBe(comparable(nowhere.body));
      const own = await callRoute(route, key, { things: { accounts: 'other' } });
      expect([route.url, own.status]).toEqual([route.url, expect.toSatisfy((code) => code < 300)]);
    }
    expect(await snapshot(ledger)).toEqual(before);
  });

  test('sees nothing of it in a list', async () => {
    const { routes, call, callRoute, posthorn, ledger } = await open();
    const { key } = await makeKey(call, { role: 'admin', accountId: 'other' });
    const things = await makeThings({ posthorn, ledger }, 'one');
    const lists = routes.filter(
      (route) =>
        nameOf(route).startsWith('GET /v1/') &&
        route.method === 'GET' &&
        !route.url.includes(':') &&
        !OF_EVERY_ACCOUNT.includes(nameOf(route)),
    );
    for (const route of lists) {
      const own = await callRoute(route, key);
      expect([route.url, own.status]).toEqual([route.url, 200]);
      expect(JSON.stringify(own.body)).not.toContain('"one"');
      const named = await callRoute(route, key, { query: '?accountId=one' });
      expect([route.url, named.status, named.body.code]).toEqual([route.url, 403, 'forbidden']);
    }
    for (const query of [`?webhookId=${things.webhooks}`, `?eventId=${things.events}`]) {
      const { body } = await call('GET', `/v1/deliveries${query}`, { headers: bearing(key) });
      expect(body).toEqual({ data: [], nextCursor: null });
    }
  });

  test('writes nothing into it, and without a name into its own', async () => {
    const { routes, call, callRoute, posthorn, ledger } = await open();
    const { key } = await makeKey(call, { role: 'admin', accountId: 'other' });
    await makeThings({ posthorn, ledger }, 'one');
    const before = await snapshot(ledger);
    const making = routes.filter(
      (route) =>
        route.method === 'POST' &&
        !route.url.includes(':id') &&
        BODIES[nameOf(route)] &&
        !OF_EVERY_ACCOUNT.includes(nameOf(route)),
    );
    expect(making).toHaveLength(9);
    for (const route of making) {
      const named = await callRoute(route, key, { account: { accountId: 'one' } });
      expect([route.url, named.status, named.body.code]).toEqual([route.url, 403, 'forbidden']);
    }
    expect(await snapshot(ledger)).toEqual(before);
    const counts = async () => [
      await ledger.webhook.count({ where: { accountId: 'other' } }),
      await ledger.event.count({ where: { accountId: 'other' } }),
      await ledger.apiKey.count({ where: { accountId: 'other' } }),
    ];
    expect(await counts()).toEqual([0, 0, 1]);
    for (const route of making) {
      const { status } = await callRoute(route, key);
      expect([route.url, status]).toEqual([route.url, expect.toSatisfy((code) => code < 300)]);
    }
    expect(await counts()).toEqual([1, 3, 2]);
    expect(await ledger.apiKey.count({ where: { accountId: null } })).toBe(0);
    expect(await snapshot(ledger)).toEqual(before);
  });
});

describe('somebody at the portal', () => {
  async function openPortal(readOnly: boolean) {
    const bundle = await open();
    const { url } = await bundle.posthorn.portal.createLink({ accountId: 'one', readOnly });
    const session = await bundle.posthorn.portal.begin(url.split('#')[1] ?? '');
    const may = (route: Route) =>
      AT_THE_PORTAL.includes(nameOf(route)) &&
      !(readOnly && !['GET', 'HEAD'].includes(route.method));
    const bodies = { ...BODIES, ...BODIES_AT_THE_PORTAL };
    return { ...bundle, token: session?.token ?? '', may, bodies };
  }

  test.each([
    ['may look after the webhooks of its account', false],
    ['may look at them alone where the link is for reading', true],
  ])('%s, and do nothing else', async (_name, readOnly) => {
    const { posthorn, ledger, routes, callRoute, token, may, bodies } = await openPortal(readOnly);
    const unchanged = await makeThings({ posthorn, ledger }, 'one');
    for (const route of routes) {
      const name = nameOf(route);
      // Asks an endpoint that is not there, or has no method to ask by.
      if (name.endsWith('/verify') && may(route)) continue;
      const changes = may(route) && !['GET', 'HEAD'].includes(route.method);
      const things = changes ? await makeThings({ posthorn, ledger }, 'one') : unchanged;
      if (name.endsWith('/reactivate')) await posthorn.webhooks.deactivate(things.webhooks ?? '');
      const { status, body } = await callRoute(route, token, { things, bodies });
      const outcome = status < 300 ? 'done' : status;
      expect([route.method, name, outcome]).toEqual([
        route.method,
        name,
        may(route) ? 'done' : 403,
      ]);
      if (!may(route) && route.method !== 'HEAD') expect(body.code).toBe('forbidden');
    }
  });

  test('finds nothing of another account, whether by its id or its name', async () => {
    const { posthorn, ledger, routes, callRoute, token, may, bodies } = await openPortal(false);
    const things = await makeThings({ posthorn, ledger }, 'other');
    const where = { accountId: 'other' };
    const snapshot = async () => [
      await ledger.webhook.findMany({ where }),
      await ledger.delivery.findMany({ where }),
      await ledger.replay.findMany({ where }),
    ];
    const before = await snapshot();
    for (const route of routes.filter((each) => may(each) && each.url.startsWith('/v1/'))) {
      const named = await callRoute(route, token, {
        things,
        bodies,
        query: '?accountId=other',
        account: { accountId: 'other' },
      });
      // Those that take it in their body or path know none in their query.
      const elsewhereNamed = nameOf(route) === 'POST /v1/webhooks' || /:accountId/.test(route.url);
      const refused = elsewhereNamed ? 400 : 403;
      expect([nameOf(route), named.status]).toEqual([nameOf(route), refused]);
      if (!route.url.includes(':id')) continue;
      const foreign = await callRoute(route, token, { things, bodies });
      expect([nameOf(route), foreign.status]).toEqual([nameOf(route), 404]);
    }
    const create = routes.find((route) => nameOf(route) === 'POST /v1/webhooks');
    if (create === undefined) throw new Error('there is no route that registers');
    const made = await callRoute(create, token, { account: where });
    expect([made.status, made.body.code]).toEqual([403, 'forbidden']);
    expect(await snapshot()).toEqual(before);
  });
});
