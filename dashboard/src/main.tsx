import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { router } from './router.js';
import { hasEnded } from './session.js';
import './style/style.css';

const client: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      refetchInterval: 5_000,
      retry: (count, error) => count < 2 && !('status' in error && Number(error.status) < 500),
    },
  },
  queryCache: new QueryCache({
    onError: (error) => {
      if (hasEnded(error)) void client.invalidateQueries({ queryKey: ['session'] });
    },
  }),
});

const element = document.getElementById('root');
if (element === null) throw new Error('the document has no root');
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
