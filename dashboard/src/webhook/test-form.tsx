import { call, type ExchangeJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { Exchange } from '../parts/exchange.js';
import { Fault } from '../parts/states.js';
import { milliseconds } from '../words.js';

export function Test({ path }: { path: string }) {
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
            {data.error !== null && `: ${data.error.message}`}
          </p>
          <Exchange
            request={data.request}
            answer={data.response ?? 'No answer came.'}
            of="the test"
          />
        </div>
      )}
    </>
  );
}
