import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Alerts } from './alerts.js';
import { Deliveries, DeliveryPage } from './deliveries.js';
import { Keys } from './keys.js';
import { Overview } from './overview.js';
import { hasEnded, SignedIn, SignOut, useMay, useSession } from './session.js';
import { ThemeButton } from './theme.js';
import { WebhookPage } from './webhook.js';
import { Webhooks } from './webhooks.js';
import { Zombies } from './zombies.js';
import './style.css';

const PAGES = [
  { to: '/', label: 'Overview', permission: 'webhooks:read' },
  { to: '/webhooks', label: 'Webhooks', permission: 'webhooks:read' },
  { to: '/deliveries', label: 'Deliveries', permission: 'deliveries:read' },
  { to: '/zombies', label: 'Zombies', permission: 'zombies:read' },
  { to: '/alerts', label: 'Alerts', permission: 'alerts:read' },
  { to: '/keys', label: 'API keys', permission: 'keys:manage' },
] as const;

function PageLink({ page }: { page: (typeof PAGES)[number] }) {
  if (!useMay(page.permission)) return null;
  return (
    <Link to={page.to} activeOptions={{ exact: page.to === '/' }}>
      {page.label}
    </Link>
  );
}

function Frame() {
  const { role, accountId } = useSession();
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <Link to="/" className="brand">
          Posthorn
        </Link>
        <nav aria-label="Main">
          {PAGES.map((page) => (
            <PageLink key={page.to} page={page} />
          ))}
        </nav>
        <span className="who">
          {role}
          {accountId !== null && ` of ${accountId}`}
        </span>
        <ThemeButton />
        <SignOut />
      </header>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}

const root = createRootRoute({
  component: () => (
    <SignedIn>
      <Frame />
    </SignedIn>
  ),
  notFoundComponent: () => <p className="empty">There is no such page.</p>,
});

const page = <Path extends string>(path: Path, component: () => React.ReactNode) =>
  createRoute({ getParentRoute: () => root, path, component });

const webhook = createRoute({
  getParentRoute: () => root,
  path: '/webhooks/$id',
  component: () => <WebhookPage key={webhook.useParams().id} id={webhook.useParams().id} />,
});

const delivery = createRoute({
  getParentRoute: () => root,
  path: '/deliveries/$id',
  component: () => <DeliveryPage id={delivery.useParams().id} />,
});

const router = createRouter({
  routeTree: root.addChildren([
    page('/', Overview),
    page('/webhooks', Webhooks),
    webhook,
    page('/deliveries', Deliveries),
    delivery,
    page('/zombies', Zombies),
    page('/alerts', Alerts),
    page('/keys', Keys),
  ]),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

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
