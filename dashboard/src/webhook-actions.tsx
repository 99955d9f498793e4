import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  call,
  type ExchangeJson,
  type OwedJson,
  type ReplayJson,
  type WebhookJson,
} from './api.js';
import { AskingButton, Data, Fault, Field, Once, useAction } from './parts.js';
import { ago, milliseconds, plural } from './words.js';

/** What can be done with a webhook. */
export function WebhookActions({ webhook }: { webhook: WebhookJson }) {
  const path = `/v1/webhooks/${webhook.id}`;
  return (
    <div className="actions">
      <AskingButton label="Test" title="Test the endpoint">
        {() => <Test path={path} />}
      </AskingButton>
      <AskingButton label="Rotate secret" title="Rotate the secret">
        {(close) => <Rotate path={path} onDone={close} />}
      </AskingButton>
      <AskingButton label="Replay" title="Replay past deliveries">
        {(close) => <ReplayForm path={path} onDone={close} />}
      </AskingButton>
      {webhook.active ? (
        <AskingButton label="Deactivate" title="Deactivate?" danger>
          {(close) => <Deactivate path={path} onDone={close} />}
        </AskingButton>
      ) : (
        <AskingButton label="Reactivate" title="Reactivate">
          {(close) => <Reactivate path={path} onDone={close} />}
        </AskingButton>
      )}
    </div>
  );
}

function Test({ path }: { path: string }) {
  const test = useAction(() => call<ExchangeJson>('POST', `${path}/test`));
  const { data } = test;
  return (
    <>
      <p>Sends a signed webhook.test now. No counter changes.</p>
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={test.isPending}
          onClick={() => test.mutate(undefined)}
        >
          Send it
        </button>
      </div>
      {test.error !== null && <Fault error={test.error} />}
      {data !== undefined && (
        <div role="status">
          <p>
            <strong>{data.ok ? 'It answered well' : 'It did not answer well'}</strong> in{' '}
            {milliseconds(data.durationMs)}
            {data.error !== null && `: ${data.error}`}
          </p>
          <h3>Request</h3>
          <Data label="Request" value={data.request} />
          <h3>Response</h3>
          <Data label="Response" value={data.response} />
        </div>
      )}
    </>
  );
}

function Rotate({ path, onDone }: { path: string; onDone: () => void }) {
  const [overlap, setOverlap] = useState('24h');
  const rotate = useAction(() =>
    call<WebhookJson & { secret: string }>('POST', `${path}/rotate-secret`, { overlap }),
  );
  if (rotate.data !== undefined) {
    return (
      <Once
        note="The new secret is shown this once."
        label="Secret"
        text={rotate.data.secret}
        onDone={onDone}
      />
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rotate.mutate(undefined);
      }}
    >
      <Field label="The former secret signs beside it for" hint="0s to 7d, like 24h.">
        {(id) => (
          <input id={id} value={overlap} onChange={(event) => setOverlap(event.target.value)} />
        )}
      </Field>
      {rotate.error !== null && <Fault error={rotate.error} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={rotate.isPending}>
          Make a new secret
        </button>
      </div>
    </form>
  );
}

function ReplayForm({ path, onDone }: { path: string; onDone: () => void }) {
  const [from, setFrom] = useState('24h');
  const [statuses, setStatuses] = useState<readonly string[]>(['exhausted', 'discarded']);
  const replay = useAction(async () => {
    const begun = await call<ReplayJson>('POST', `${path}/replay`, { from, statuses });
    onDone();
    return begun;
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        replay.mutate(undefined);
      }}
    >
      <Field label="Enqueued since" hint="How long ago, like 24h or 7d, or a time.">
        {(id) => <input id={id} value={from} onChange={(event) => setFrom(event.target.value)} />}
      </Field>
      <fieldset>
        <legend>Which</legend>
        {['exhausted', 'discarded', 'delivered', 'missed'].map((status) => (
          <label key={status}>
            <input
              type="checkbox"
              checked={statuses.includes(status)}
              onChange={(event) =>
                setStatuses(
                  event.target.checked
                    ? [...statuses, status]
                    : statuses.filter((each) => each !== status),
                )
              }
            />{' '}
            {status}
          </label>
        ))}
      </fieldset>
      {replay.error !== null && <Fault error={replay.error} />}
      <div className="actions">
        <button
          type="submit"
          className="primary"
          disabled={replay.isPending || statuses.length === 0}
        >
          Begin
        </button>
      </div>
    </form>
  );
}

function Deactivate({ path, onDone }: { path: string; onDone: () => void }) {
  const [detail, setDetail] = useState('');
  const deactivate = useAction(async () => {
    await call('POST', `${path}/deactivate`, detail === '' ? {} : { detail });
    onDone();
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        deactivate.mutate(undefined);
      }}
    >
      <p>Deliveries stop. What is owed waits until it is reactivated.</p>
      <Field label="Why" hint="Its history keeps this.">
        {(id) => (
          <input
            id={id}
            maxLength={500}
            value={detail}
            onChange={(event) => setDetail(event.target.value)}
          />
        )}
      </Field>
      {deactivate.error !== null && <Fault error={deactivate.error} />}
      <div className="actions">
        <button type="submit" className="danger" disabled={deactivate.isPending}>
          Deactivate
        </button>
      </div>
    </form>
  );
}

function Reactivate({ path, onDone }: { path: string; onDone: () => void }) {
  const { data } = useQuery({
    queryKey: ['owed', path],
    queryFn: () => call<OwedJson>('GET', `${path}/owed`),
  });
  const reactivate = useAction(async (owed: 'replay' | 'discard') => {
    await call('POST', `${path}/reactivate`, { owed });
    onDone();
  });
  return (
    <>
      <p role="status">
        {data === undefined
          ? 'Looking at what is owed…'
          : data.deliveries === 0
            ? 'Nothing is owed to it.'
            : `${plural(data.deliveries, 'delivery', 'deliveries')} wait${data.deliveries === 1 ? 's' : ''} for it${data.oldest === null ? '' : `, the oldest enqueued ${ago(data.oldest)}`}.`}
      </p>
      {reactivate.error !== null && <Fault error={reactivate.error} />}
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={reactivate.isPending}
          onClick={() => reactivate.mutate('replay')}
        >
          Reactivate, and make what is owed
        </button>
        <button
          type="button"
          disabled={reactivate.isPending}
          onClick={() => reactivate.mutate('discard')}
        >
          Reactivate, and give it up
        </button>
      </div>
    </>
  );
}
