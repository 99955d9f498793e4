import { createPosthorn } from 'posthorn';
import { createApp } from './app.js';

// Reads DATABASE_URL, REDIS_URL and POSTHORN_SECRET_KEY. This process enqueues and nothing else: the
// deliveries are made by `posthorn start --roles worker`, as many of them as you like.
const posthorn = await createPosthorn();
const app = createApp(posthorn);

/** First the requests under way end, and then what they enqueued is written. */
async function stop(): Promise<void> {
  await app.close();
  await posthorn.stop();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop().catch((error: unknown) => {
      app.log.error({ error }, 'the backend did not stop in order');
      process.exit(1);
    });
  });
}

await app.listen({ host: '127.0.0.1', port: Number(process.env.BACKEND_PORT ?? 3000) });
