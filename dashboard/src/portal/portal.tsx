import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { hasEnded, SessionContext } from '../session.js';
import { Ended, Return } from './ended.js';
import { leave, type PortalSession } from './entry.js';
import { createPortalRouter } from './router.js';
import type { SurroundingPage } from './surrounding-page.js';

/** What a customer sees: its webhooks, for as long as its session lasts. */
export function Portal(props: { session: PortalSession; surrounding: SurroundingPage }) {
  const { session, surrounding } = props;
  const [ended, setEnded] = useState(false);
  const [router] = useState(createPortalRouter);
  const [client] = useState(() => createClient(() => setEnded(true)));

  useEffect(() => {
    const leftMs = Date.parse(session.expiresAt) - Date.now();
    const timer = setTimeout(() => setEnded(true), leftMs);
    return () => clearTimeout(timer);
  }, [session]);

  useEffect(() => {
    if (!ended) return;
    leave();
    surrounding.tell({ type: 'posthorn:ended' });
  }, [ended, surrounding]);

  if (ended) return <Ended returnUrl={session.returnUrl} />;
  return (
    <SessionContext value={session}>
      <QueryClientProvider client={client}>
        {session.returnUrl !== null && (
          <header className="portal-top">
            <Return url={session.returnUrl} />
          </header>
        )}
        <main id="content">
          <RouterProvider router={router} />
        </main>
      </QueryClientProvider>
    </SessionContext>
  );
}

/** @param onEnd called once an answer says that the session has ended */
function createClient(onEnd: () => void): QueryClient {
  const onError = (error: Error) => {
    if (hasEnded(error)) onEnd();
  };
  return new QueryClient({
    defaultOptions: {
      queries: {
        refetchInterval: 5_000,
        retry: (count, error) => count < 2 && !('status' in error && Number(error.status) < 500),
      },
    },
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
  });
}
