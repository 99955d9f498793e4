/** A block of shell that no test runs. What is in it is still parsed, and its commands are looked up. */
export interface NotRun {
  readonly page: string;
  /** How its text begins; no other block of the page begins so. */
  readonly begins: string;
  readonly why: string;
}

/** All of them, in the order of the pages. Whoever writes a block that can't run in a test names it here. */
export const NOT_RUN: readonly NotRun[] = [
  {
    page: 'CONTRIBUTING.md',
    begins: 'npm ci',
    why: 'installs, and runs the tests that this is one of',
  },
  {
    page: 'CONTRIBUTING.md',
    begins: 'npx vitest run',
    why: 'runs tests that the suite runs anyway',
  },
  {
    page: 'CONTRIBUTING.md',
    begins: 'npm run build',
    why: 'builds; test/schema-drift.test.ts compares what the script prints',
  },
  {
    page: 'README.md',
    begins: 'npm ci && npm run demo',
    why: 'installs; test/demo/demo.test.ts runs the demo',
  },
  {
    page: 'README.md',
    begins: 'npm ci\nnpm run posthorn -- listen',
    why: 'installs, and listens until it is stopped; test/cli/listen.test.ts does',
  },
  { page: 'README.md', begins: 'npm ci && npm test', why: 'runs the tests that this is one of' },
  { page: 'README.md', begins: 'npm start', why: 'starts and stays; test/cli/start.test.ts does' },
  {
    page: 'README.md',
    begins: 'export DATABASE_URL',
    why: 'starts processes that stay, on a machine in production',
  },
  {
    page: 'bench/README.md',
    begins: 'npm run build',
    why: 'measures for 90 minutes; test/bench runs parts of it',
  },
  ...['express', 'fastify', 'nestjs', 'nextjs'].map((name) => ({
    page: `docs/backends/${name}.md`,
    begins: 'npx posthorn start',
    why: 'starts and stays; test/cli/start.test.ts does',
  })),
  {
    page: 'docs/first-webhook.md',
    begins: 'posthorn start',
    why: 'starts and stays; test/cli/start.test.ts does',
  },
  {
    page: 'docs/first-webhook.md',
    begins: 'posthorn listen',
    why: 'listens until it is stopped; test/cli/listen.test.ts does',
  },
  { page: 'docs/install.md', begins: 'npm ci', why: 'installs, and listens until it is stopped' },
  {
    page: 'docs/install.md',
    begins: '(cd posthorn && npm ci && npm pack)',
    why: 'installs; test/package.test.ts does, from the packed file',
  },
  {
    page: 'docs/install.md',
    begins: 'export DATABASE_URL',
    why: 'names databases of the reader; test/store/migrate.test.ts and test/cli run the commands',
  },
  {
    page: 'docs/install.md',
    begins: 'export POSTHORN_SECRET_KEY',
    why: 'needs Docker; test/containers.test.ts reads both files',
  },
  {
    page: 'docs/reliability.md',
    begins: 'npm run test:faults',
    why: 'runs storms for many minutes, and needs the machine alone',
  },
  {
    page: 'docs/scaling.md',
    begins: 'npx posthorn start',
    why: 'starts and stays; test/cli/worker-processes.test.ts does',
  },
  {
    page: 'docs/scaling.md',
    begins: 'docker compose up',
    why: 'needs Docker; test/containers.test.ts reads the file',
  },
  {
    page: 'docs/security.md',
    begins: 'export POSTHORN_FORMER_SECRET_KEYS',
    why: 'would seal secrets with a key that the running processes lack; test/webhooks/secrets.test.ts does it',
  },
  {
    page: 'docs/security.md',
    begins: 'posthorn erase',
    why: 'would take the payloads that other blocks need; test/archive does it',
  },
  {
    page: 'docs/upgrading.md',
    begins: 'npm install',
    why: 'installs; test/workers/rolling-deploy.test.ts runs two releases side by side',
  },
  {
    page: 'examples/fastify-backend/README.md',
    begins: '(cd ../.. && npm pack)',
    why: 'installs; test/examples.test.ts builds and runs the example',
  },
  {
    page: 'examples/transactional/README.md',
    begins: '(cd ../.. && npm pack)',
    why: 'installs; test/examples.test.ts builds and runs the example',
  },
];

/** Pages whose blocks of shell another test runs, one by one. */
export const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
  'docs/http-api.md': 'test/api/http-api-document.test.ts',
};
