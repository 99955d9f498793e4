import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/faults/**', 'node_modules/**'],
    globalSetup: ['test/support/services.ts'],
    // Settings of the shell must not reach the tests.
    env: { DATABASE_URL: '', REDIS_URL: '', POSTHORN_API_KEY: '', POSTHORN_SECRET_KEY: '' },
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 3,
    // Nothing happens at import, so files share what a process has loaded: a third of the time goes without it.
    isolate: false,
  },
});
