// A process that runs the documents' blocks of TypeScript, once compiled, one after another, as the test
// sends them: {id, module, environment}, answered by {id, fault?, port?}. What a block leaves open ends
// with the process.
//
// It has what prelude.d.ts declares. Whatever begins to listen does so on a free port, which the answer
// names. A block that exports POST, as a route of Next.js does, is served.
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createPosthorn } from 'posthorn';
import { openLedger } from '../../dist/store/ledger.js';

let listening;
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (first, ...rest) {
  listening ??= this;
  const anywhere = typeof first === 'object' ? { ...first, port: 0 } : 0;
  return Reflect.apply(listen, this, [anywhere, ...rest]);
};

globalThis.posthorn = await createPosthorn();
globalThis.prisma = createBackendClient();

/** The client of a backend that has expenses: the ledger's, since it is of Prisma, with one more table. */
function createBackendClient() {
  const ledger = openLedger({ databaseUrl: process.env.DATABASE_URL, poolSize: 2 });
  const insert = 'INSERT INTO public.expenses (amount) VALUES ($1) RETURNING id, amount';
  const withExpenses = (tx) => ({
    $queryRawUnsafe: (...args) => tx.$queryRawUnsafe(...args),
    expense: {
      create: async ({ data }) => (await tx.$queryRawUnsafe(insert, data.amount))[0],
    },
  });
  return { $transaction: (work) => ledger.$transaction((tx) => work(withExpenses(tx))) };
}

async function run({ module, environment }) {
  Object.assign(process.env, environment);
  listening = undefined;
  const { POST: route } = await import(module);
  if (route !== undefined) http.createServer((...pair) => serve(route, ...pair)).listen(0);
  if (listening === undefined) return {};
  if (!listening.listening) await once(listening, 'listening');
  return { port: listening.address().port };
}

/** Calls a route as Next.js does: a function from a Request of the web to a Response. */
async function serve(route, incoming, outgoing) {
  const body = await buffer(incoming);
  const { method, headers, url } = incoming;
  const answer = await route(new Request(`http://localhost${url}`, { method, headers, body }));
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}

process.on('message', async (request) => {
  const answer = await run(request).catch((error) => ({ fault: String(error.stack ?? error) }));
  process.send({ id: request.id, ...answer });
});
process.send('ready');
