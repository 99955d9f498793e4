import { Link, Outlet } from '@tanstack/react-router';
import { SignOut, useMay, useSession } from './session.js';
import { ThemeButton } from './theme.js';

const PAGES = [
  { to: '/', label: 'Overview', permission: 'webhooks:read' },
  { to: '/webhooks', label: 'Webhooks', permission: 'webhooks:read' },
  { to: '/deliveries', label: 'Deliveries', permission: 'deliveries:read' },
  { to: '/zombies', label: 'Zombies', permission: 'zombies:read' },
  { to: '/alerts', label: 'Alerts', permission: 'alerts:read' },
  { to: '/archive', label: 'Archive', permission: 'archive:read' },
  { to: '/queues', label: 'Queues', permission: 'queues:read' },
  { to: '/keys', label: 'API keys', permission: 'keys:manage' },
  { to: '/settings', label: 'Settings', permission: 'settings:read' },
] as const;

function PageLink({ page }: { page: (typeof PAGES)[number] }) {
  if (!useMay(page.permission)) return null;
  return (
    <Link to={page.to} activeOptions={{ exact: page.to === '/' }}>
      {page.label}
    </Link>
  );
}

/** What is around every page: the way to the others, and who is signed in. */
export function Frame() {
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
