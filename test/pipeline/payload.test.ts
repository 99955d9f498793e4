import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openTestPosthorn } from '../support/posthorn.js';
import { startReceiver } from '../support/receiver.js';

/** Text of any code units at all, so that surrogates stand alone, too. */
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xff_ff }), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));

/** Every value that JSON can hold, with keys and text of any characters and of broken ones. */
const payload = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ stringUnit: 'binary' }) },
  { weight: 2, arbitrary: fc.dictionary(codeUnits, fc.oneof(codeUnits, fc.jsonValue())) },
  { weight: 1, arbitrary: codeUnits },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      -0,
      Number.MIN_VALUE,
      Number.MAX_VALUE,
      '\0',
      '\u2028\u2029',
      '</script>',
      '\\"\\\\u0000',
      JSON.parse('{"__proto__":{"constructor":1},"toJSON":2}'),
    ),
  },
);

test('what arrives is byte for byte what was signed, and parses to what was enqueued', async () => {
  const { posthorn } = await openTestPosthorn();
  let secret: string | undefined;
  const receiver = await startReceiver({ secret: () => secret });
  onTestFinished(() => receiver.close());
  ({ secret } = await posthorn.webhooks.register({ url: receiver.url }));
  await posthorn.start(['worker', 'scheduler']);
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(payload, { minLength: 1, maxLength: 25 }), async (payloads) => {
      const events = payloads.map((one) => ({ type: 'thing.happened', payload: one }));
      const enqueued = await posthorn.enqueueMany(events);
      sent += events.length;
      await receiver.waitForRequests(sent);
      const arrived = new Map(
        receiver.requests.map((request) => [request.headers['webhook-id'], request]),
      );
      for (const [index, { id }] of enqueued.entries()) {
        const json = JSON.stringify(payloads[index]);
        const request = arrived.get(id);
        // The receiver verifies the bytes that it read, with the library that customers use.
        expect(request).toMatchObject({ verified: true, json: { type: 'thing.happened' } });
        expect(request?.body.endsWith(`,"data":${json}}`)).toBe(true);
        expect(JSON.stringify(JSON.parse(request?.body ?? '').data)).toBe(json);
      }
    }),
    { numRuns: 20 },
  );
  expect(receiver.count()).toBe(sent);
});
