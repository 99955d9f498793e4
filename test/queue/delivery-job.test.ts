import { expect, test } from 'vitest';
import { JOB_VERSION, readJob, writeJob } from '../../src/queue/delivery-job.js';

const delivery = { id: 'dlv_1', webhookId: 'wh_1', eventId: 'evt_1' };

test('a job says what was written, and its id is the delivery’s', () => {
  const { data, opts } = writeJob(delivery);
  expect(opts.jobId).toBe('dlv_1');
  expect(readJob(opts.jobId, data)).toEqual({ kind: 'delivery', delivery });
});

test('a job of a later release is known as one, whatever else is in it', () => {
  const version = JOB_VERSION + 1;
  expect(readJob('dlv_1', { v: version, target: 'wh_1' })).toEqual({ kind: 'later', version });
});

test.each([null, undefined, 'text', [], {}, { v: 1 }, { v: 1, webhookId: 7, eventId: 'evt_1' }])(
  'a job that holds %j is unreadable, and no error',
  (data) => {
    expect(readJob('dlv_1', data)).toEqual({ kind: 'unreadable' });
  },
);

test('a job without an id is unreadable', () => {
  expect(readJob(undefined, writeJob(delivery).data)).toEqual({ kind: 'unreadable' });
});
