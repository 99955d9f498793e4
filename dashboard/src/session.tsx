import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type FormEvent, type ReactNode, useContext, useState } from 'react';
import { call, Problem, type Session } from './api.js';
import { Field } from './parts/form.js';
import { Fault } from './parts/states.js';

/** Who is signed in, for what is inside. */
export const SessionContext = createContext<Session | null>(null);

/** Who is signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('nobody is signed in here');
  return session;
}

/** True where the key that signed in allows this; what it does not is not shown. */
export function useMay(permission: string): boolean {
  return useSession().permissions.includes(permission);
}

/** Shows what is inside to those who are signed in, and to others the way in. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { data, error } = useQuery({
    queryKey: ['session'],
    queryFn: () => call<{ session: Session | null }>('GET', '/session'),
    refetchInterval: 60_000,
  });
  if (data === undefined) {
    return <main className="sign-in">{error === null ? null : <Fault error={error} />}</main>;
  }
  if (data.session === null) return <SignIn />;
  return <SessionContext value={data.session}>{children}</SessionContext>;
}

/** Shows everything as the new session sees it; nothing that another one saw is kept. */
function enter(client: QueryClient, session: Session | null): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
  client.setQueryData(['session'], { session });
}

function SignIn() {
  const client = useQueryClient();
  const [key, setKey] = useState('');
  const [error, setError] = useState<Error | null>(null);

  async function signIn(event: FormEvent) {
    event.preventDefault();
    try {
      const session = await call<Session>('POST', '/session', { key: key.trim() });
      enter(client, session);
    } catch (fault) {
      // What a program would do about a wrong key is nothing that a person could.
      setError(hasEnded(fault) ? new Error(fault.message) : (fault as Error));
    }
  }

  return (
    <main className="sign-in">
      <form className="card" onSubmit={(event) => void signIn(event)}>
        <h1>Posthorn</h1>
        <p className="muted">
          Sign in with an API key. It stays in a sealed cookie for some hours.
        </p>
        <p className="muted">
          The first one is that of <code>POSTHORN_API_KEY</code>. Where that is not set, Posthorn
          made one, and keeps it in <code>keys.json</code> in its data directory.
        </p>
        <Field label="API key">
          {(id) => (
            <input
              id={id}
              type="password"
              autoComplete="current-password"
              required
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          )}
        </Field>
        {error !== null && <Fault error={error} />}
        <button type="submit" className="primary">
          Sign in
        </button>
      </form>
    </main>
  );
}

/** Ends the session here and in the browser. */
export function SignOut() {
  const client = useQueryClient();
  return (
    <button
      type="button"
      className="quiet"
      onClick={() => {
        void call('DELETE', '/session').then(() => enter(client, null));
      }}
    >
      Sign out
    </button>
  );
}

/** True for the answer to a session that has ended. */
export const hasEnded = (error: unknown): error is Problem =>
  error instanceof Problem && error.status === 401;
