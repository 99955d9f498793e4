import type { ReactNode } from 'react';
import type { ExchangeJson } from '../api.js';
import { Scroll } from './data.js';

/** What came back, as far as it is known. */
export interface ShownAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request and its answer side by side, or what there is to say in place of either. */
export function Exchange(props: {
  request: ExchangeJson['request'] | string;
  answer: ShownAnswer | string;
  /** Whose they are, for those who don't see it. */
  of: string;
  /** Why the request may not be what was sent. */
  doubt?: string | null;
}) {
  const { request, answer, of, doubt = null } = props;
  return (
    <div className="exchange">
      <Side title="Request" of={of}>
        {doubt !== null && <p className="note">Not certain: {doubt}.</p>}
        {typeof request === 'string' ? (
          request
        ) : (
          <Message first={`${request.method} ${request.url}`} {...request} />
        )}
      </Side>
      <Side title="Answer" of={of}>
        {typeof answer === 'string' ? (
          answer
        ) : (
          <Message first={String(answer.statusCode)} {...answer} />
        )}
      </Side>
    </div>
  );
}

function Side({ title, of, children }: { title: string; of: string; children: ReactNode }) {
  return (
    <div>
      <strong>{title}</strong>
      <Scroll className="payload" label={`${title} of ${of}`}>
        {children}
      </Scroll>
    </div>
  );
}

/** Its first line, headers and body, as they go over the wire; JSON is set out. */
function Message(props: {
  first: string;
  headers?: Readonly<Record<string, string>>;
  body: string;
}) {
  const { first, headers = {}, body } = props;
  return (
    <pre>
      <strong>{first}</strong>
      {'\n'}
      {Object.entries(headers).map(([name, value]) => (
        <span key={name}>
          <span className="muted">{name}:</span> {value}
          {'\n'}
        </span>
      ))}
      {'\n'}
      {body === '' ? <span className="muted">no body</span> : setOut(body)}
    </pre>
  );
}

function setOut(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body; // what an endpoint answers may be anything, and only its beginning is kept
  }
}
