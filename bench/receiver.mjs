// The endpoints of a benchmark, in a process of their own. A path that begins with /hang is never answered;
// every other request is answered 200 at once. Of bodies that tell when their event was enqueued
// ("at": milliseconds) the time until they arrived is kept.
import { createServer } from 'node:http';

const AT = /"at":\s*([\d.]+)/;

let received = 0;
let lastAt = 0;
let latencies = [];
let arrivals = [];

const server = createServer((request, response) => {
  if (request.url.startsWith('/hang')) {
    request.resume();
    return;
  }
  let body = '';
  request.setEncoding('latin1');
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    received += 1;
    lastAt = performance.timeOrigin + performance.now();
    const at = AT.exec(body);
    if (at !== null) {
      latencies.push(lastAt - Number(at[1]));
      arrivals.push(lastAt);
    }
    response.end('ok');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send({ url: `http://127.0.0.1:${server.address().port}` });
});

process.on('message', (question) => {
  if (question === 'reset') {
    received = 0;
    latencies = [];
    arrivals = [];
  }
  const { user, system } = process.cpuUsage();
  const answer = { received, lastAt, cpuMicros: user + system };
  process.send(question === 'latencies' ? { ...answer, latencies, arrivals } : answer);
});
