import { useQuery } from '@tanstack/react-query';
import { type AttemptJson, call, type SentAttemptJson } from '../api.js';
import { Exchange, type ShownAnswer } from '../parts/exchange.js';
import { time } from '../words.js';

/** What an attempt sent, asked for when it is shown, and what was answered. */
export function AttemptExchange({ attempt }: { attempt: AttemptJson }) {
  const { id, number, startedAt } = attempt;
  const { data, error } = useQuery({
    queryKey: ['attempt', id],
    queryFn: () => call<SentAttemptJson>('GET', `/v1/attempts/${id}`),
    refetchInterval: false,
  });
  return (
    <Exchange
      request={data === undefined ? (error?.message ?? 'Loading…') : (data.request ?? '')}
      doubt={data?.doubt ?? null}
      answer={answerOf(attempt)}
      of={`attempt ${number}, ${time(startedAt)}`}
    />
  );
}

function answerOf({ statusCode, error, responseExcerpt }: AttemptJson): ShownAnswer | string {
  if (statusCode === null) return error ?? 'No answer came.';
  return { statusCode, body: responseExcerpt ?? '' };
}
