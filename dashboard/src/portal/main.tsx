import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Problem } from '../api.js';
import { Ended } from './ended.js';
import { enter, watchLinks } from './entry.js';
import { Portal } from './portal.js';
import { joinSurroundingPage } from './surrounding-page.js';
import '../style/style.css';
import './portal.css';

const element = document.getElementById('root');
if (element === null) throw new Error('the document has no root');

watchLinks();
const session = await enter().catch((error: unknown) => {
  if (error instanceof Problem) return undefined;
  throw error;
});
// Before anything is shown, so that it never looks otherwise.
const surrounding = session === undefined ? undefined : joinSurroundingPage(session);
createRoot(element).render(
  <StrictMode>
    {session === undefined || surrounding === undefined ? (
      <Ended returnUrl={null} />
    ) : (
      <Portal session={session} surrounding={surrounding} />
    )}
  </StrictMode>,
);
