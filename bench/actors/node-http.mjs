// The limit of the machine: the same requests by bare node:http, with no queue and nothing recorded.
import { Agent, request } from 'node:http';
import { act, payload, setting } from './actor.mjs';

const agent = new Agent({ keepAlive: true });

function post(url, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => response.resume().on('end', resolve));
    sent.end(body);
  });
}

await act(() => {
  let next = 0;
  const lane = async () => {
    while (next < setting.count) {
      const n = next++;
      const url = `${setting.receiverUrl}/${n % setting.webhooks}`;
      await post(url, JSON.stringify(payload(n)));
    }
  };
  const lanes = Promise.all(Array.from({ length: setting.concurrency }, lane));
  return () => lanes.then(() => agent.destroy());
});
