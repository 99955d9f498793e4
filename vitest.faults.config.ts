import { defineConfig } from 'vitest/config';

/** Storms of faults: each has a PostgreSQL, a Redis and processes of its own. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    env: { DATABASE_URL: '', REDIS_URL: '', POSTHORN_API_KEY: '', POSTHORN_SECRET_KEY: '' },
    testTimeout: 600_000,
    maxConcurrency: Number(process.env.FAULT_PARALLEL ?? 2),
  },
});
