// Posthorn with everything on: it registers webhooks and enqueues what is to be delivered, where it is told
// so, and works in its roles from "go" to "stop".
import { createPosthorn } from '../../dist/index.js';
import { act, payload, posthornOptions, setting } from './actor.mjs';

const posthorn = await createPosthorn(posthornOptions());
for (const [n, { path, type }] of (setting.register ?? []).entries()) {
  const url = path.startsWith('http') ? path : `${setting.receiverUrl}${path}`;
  await posthorn.webhooks.register({ url, eventTypes: [type ?? `bench.${n}`] });
}
const count = setting.count ?? 0;
for (let n = 0; n < count; n += 1_000) {
  const size = Math.min(1_000, count - n);
  await posthorn.enqueueMany(
    Array.from({ length: size }, (_, index) => ({
      type: `bench.${(n + index) % setting.webhooks}`,
      payload: payload(n + index),
    })),
  );
}

await act(async () => {
  await posthorn.start(setting.roles);
  return () => posthorn.stop();
});
