import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSettings, SETTINGS } from '../src/config.js';
import { parseDuration } from '../src/domain/duration.js';
import { createSecretKey } from '../src/domain/secret-box.js';

/** Reads one of the project's files. */
function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly container_name?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly stop_grace_period?: string;
  readonly volumes?: readonly string[];
}

const manifest = JSON.parse(read('package.json')) as {
  readonly bin: { readonly posthorn: string };
  readonly engines: { readonly node: string };
};
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};
const ours = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
const ENVIRONMENT_NAMES = new Set<string>(Object.values(SETTINGS).map(({ env }) => env));

/** What the one who starts the services has to give. */
const GIVEN: Readonly<Record<string, string>> = {
  POSTHORN_SECRET_KEY: createSecretKey(),
  POSTHORN_API_KEY: 'a-key-of-some-length',
};

function service(name: string): Service {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** A service's environment as its process sees it. */
function environmentOf({ environment = {} }: Service): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => {
    const given = /^\$\{([A-Z_]+):\?[^}]+\}$/.exec(String(value))?.[1];
    return [name, given === undefined ? String(value) : (GIVEN[given] ?? '')];
  });
  return { ...imageEnvironment(), ...Object.fromEntries(entries) };
}

/** The Dockerfile's instructions, those of its last stage apart. */
function dockerfile() {
  const instructions = read('Dockerfile')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest };
    });
  const last = instructions.findLastIndex(({ name }) => name === 'FROM');
  return { instructions, lastStage: instructions.slice(last) };
}

/** What an instruction of the last stage says; undefined where there is none. */
function instruction(wanted: string): string | undefined {
  return dockerfile().lastStage.findLast(({ name }) => name === wanted)?.rest;
}

function imageEnvironment(): Record<string, string> {
  const pairs = (instruction('ENV') ?? '').split(' ').map((pair) => pair.split('='));
  return Object.fromEntries(pairs);
}

test('every variable of our services is a setting, and its value fits', () => {
  for (const [name, { environment = {} }] of ours) {
    for (const variable of Object.keys(environment)) {
      expect(ENVIRONMENT_NAMES, `${name} sets ${variable}`).toContain(variable);
    }
    const settings = readSettings({}, environmentOf(service(name)));
    expect(settings.databaseUrl, name).toBeDefined();
    expect(settings.redisUrl, name).toBeDefined();
    expect(settings.secretKey, name).toBe(GIVEN.POSTHORN_SECRET_KEY);
  }
  expect(readSettings({}, environmentOf(service('api'))).apiKey).toBe(GIVEN.POSTHORN_API_KEY);
});

test('secrets are given from outside, and a start without them stops at once', () => {
  const wanted = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)(:\?[^}]+)?\}/g)];
  expect(new Set(wanted.map(([, name]) => name))).toEqual(new Set(Object.keys(GIVEN)));
  for (const [whole, , message] of wanted) expect(message, whole).toBeDefined();
});

test('DATABASE_URL and REDIS_URL name services of the file, with the credentials that those take', () => {
  const { DATABASE_URL = '', REDIS_URL = '' } = environmentOf(service('worker'));
  const database = new URL(DATABASE_URL);
  const postgres = service(database.hostname);
  expect(postgres.image).toMatch(/^postgres:/);
  expect(postgres.environment).toEqual({
    POSTGRES_USER: database.username,
    POSTGRES_PASSWORD: database.password,
    POSTGRES_DB: database.pathname.slice(1),
  });
  expect(service(new URL(REDIS_URL).hostname).image).toMatch(/^redis:/);
});

test('the API’s port is the default one, exposed by the image and published', () => {
  const port = readSettings({}, {}).port;
  expect(instruction('EXPOSE')).toBe(String(port));
  expect(service('api').ports).toEqual([`127.0.0.1:${port}:${port}`]);
  expect(readSettings({}, environmentOf(service('api')))).toMatchObject({ port, host: '0.0.0.0' });
  expect(instruction('HEALTHCHECK')).toContain(`|| ${port}) + '/healthz'`);
});

test('the services cover the roles, and are up once the ledger is migrated', () => {
  for (const role of ['api', 'scheduler', 'worker']) {
    expect(service(role).command).toEqual(['start', '--roles', role]);
    expect(service(role).depends_on).toEqual({
      redis: { condition: 'service_healthy' },
      migrate: { condition: 'service_completed_successfully' },
    });
  }
  expect(service('migrate').command).toEqual(['migrate']);
  expect(service('migrate').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
});

test('processes without the api role answer health checks on a port of their own', () => {
  for (const role of ['scheduler', 'worker']) {
    const settings = readSettings({}, environmentOf(service(role)));
    expect(settings.healthPort).toBeGreaterThan(0);
    expect(service(role).healthcheck).toBeUndefined(); // the image’s own
  }
});

test('the worker may be scaled: it has no name and no port on the host', () => {
  expect(service('worker').container_name).toBeUndefined();
  expect(service('worker').ports).toBeUndefined();
});

test('a service is killed only after the time that its process has to stop', () => {
  for (const [name] of ours) {
    const { shutdownTimeout } = readSettings({}, environmentOf(service(name)));
    const graceMs = parseDuration(service(name).stop_grace_period ?? '');
    expect(graceMs, name).toBeGreaterThan(shutdownTimeout);
  }
});

test('Redis evicts nothing and keeps what it has, as does PostgreSQL', () => {
  const command = service('redis').command?.join(' ');
  expect(command).toContain('--maxmemory-policy noeviction');
  expect(command).toContain('--appendonly yes');
  expect(service('redis').volumes).toEqual(['redis:/data']);
  expect(service('postgres').volumes).toEqual(['postgres:/var/lib/postgresql']);
});

test('every stage of the image has a Node that the package supports', () => {
  const [, least = ''] = /^>=(\d+)\.\d+$/.exec(manifest.engines.node) ?? [];
  expect(Number(least)).toBeGreaterThan(0);
  const images = dockerfile().instructions.filter(({ name }) => name === 'FROM');
  for (const { rest } of images) {
    expect(Number(/^node:(\d+)-slim( AS \w+)?$/.exec(rest)?.[1])).toBeGreaterThan(Number(least));
  }
});

test('the image runs the package’s command, and not as root', () => {
  expect(JSON.parse(instruction('ENTRYPOINT') ?? '')).toEqual(['node', manifest.bin.posthorn]);
  expect(JSON.parse(instruction('CMD') ?? '')).toEqual(['start']);
  expect(instruction('USER')).toBe('node');
});

test('the image is built from every folder that the compiler reads', () => {
  const { include } = JSON.parse(read('tsconfig.build.json')) as { readonly include: string[] };
  const folders = include.map((path) => `!${path.split('/')[0]}`);
  expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(folders));
});
