// What a customer of yours runs: an endpoint that takes only what you signed, and each event once.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '');

/** Ids of events that came before. Keep them in a database where a restart must not forget them. */
const seen = new Set<string>();

const server = createServer(async (request, response) => {
  const body = await text(request);
  try {
    // Over the body as it came: parsed and written again, it would have another signature.
    webhook.verify(body, request.headers as Record<string, string>);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    response.writeHead(401).end();
    return;
  }
  const id = String(request.headers['webhook-id']);
  if (!seen.has(id)) {
    seen.add(id);
    console.log(body);
  }
  response.writeHead(204).end();
});

server.listen(Number(process.env.RECEIVER_PORT ?? 3001), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.error(`listening on http://127.0.0.1:${port}`);
});
process.once('SIGTERM', () => server.close());
