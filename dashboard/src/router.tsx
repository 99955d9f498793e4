import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { Frame } from './frame.js';
import { SignedIn } from './session.js';

const root = createRootRoute({
  component: () => (
    <SignedIn>
      <Frame />
    </SignedIn>
  ),
  notFoundComponent: () => <p className="empty">There is no such page.</p>,
});

type Lazy = ReturnType<typeof lazyRouteComponent>;

const page = <Path extends string>(path: Path, component: Lazy) =>
  createRoute({ getParentRoute: () => root, path, component });

/** Each page is a file of its own, loaded when it is first shown or pointed at. */
export const router = createRouter({
  routeTree: root.addChildren([
    page(
      '/',
      lazyRouteComponent(() => import('./overview/overview.js'), 'Overview'),
    ),
    page(
      '/webhooks',
      lazyRouteComponent(() => import('./webhooks/webhooks.js'), 'Webhooks'),
    ),
    page(
      '/webhooks/$id',
      lazyRouteComponent(() => import('./webhook/webhook.js'), 'WebhookPage'),
    ),
    page(
      '/deliveries',
      lazyRouteComponent(() => import('./deliveries/deliveries.js'), 'Deliveries'),
    ),
    page(
      '/deliveries/$id',
      lazyRouteComponent(() => import('./deliveries/delivery.js'), 'DeliveryPage'),
    ),
    page(
      '/zombies',
      lazyRouteComponent(() => import('./zombies/zombies.js'), 'Zombies'),
    ),
    page(
      '/alerts',
      lazyRouteComponent(() => import('./alerts/alerts.js'), 'Alerts'),
    ),
    page(
      '/archive',
      lazyRouteComponent(() => import('./archive/archive.js'), 'Archive'),
    ),
    page(
      '/queues',
      lazyRouteComponent(() => import('./queues/queues.js'), 'Queues'),
    ),
    page(
      '/settings',
      lazyRouteComponent(() => import('./settings/settings.js'), 'Settings'),
    ),
    page(
      '/keys',
      lazyRouteComponent(() => import('./keys/keys.js'), 'Keys'),
    ),
  ]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
