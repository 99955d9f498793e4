// A healthy endpoint in a process of its own: answers 200 at once and counts.
import { createServer } from 'node:http';

let received = 0;
let lastAt = 0;

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    received += 1;
    lastAt = performance.timeOrigin + performance.now();
    response.end('ok');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}` });
});

process.on('message', (question) => {
  if (question === 'reset') received = 0;
  process.send({ received, lastAt });
});
