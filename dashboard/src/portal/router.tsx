import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router';
import { WebhookList } from './webhook-list.js';

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => <p className="empty">There is no such page.</p>,
});

const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: '/', component: WebhookList }),
  createRoute({
    getParentRoute: () => root,
    path: '/webhooks/$id',
    component: lazyRouteComponent(() => import('./webhook-page.js'), 'WebhookPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/deliveries/$id',
    component: lazyRouteComponent(() => import('./delivery-page.js'), 'DeliveryPage'),
  }),
]);

/** The portal's pages, in the address' fragment: one document serves them all. Call it once the link is out of there. */
export function createPortalRouter() {
  return createRouter({ routeTree, history: createHashHistory(), defaultPreload: 'intent' });
}
