import { PageHead } from '../parts/layout.js';
import { Channels } from './channels.js';
import { Incidents } from './incidents.js';
import { Rules } from './rules.js';

/** Incidents, the rules that open them, and the channels that tell of them. */
export function Alerts() {
  return (
    <>
      <PageHead
        title="Alerts"
        sub="A rule that holds opens an incident, and a channel tells somebody of it."
      />
      <Incidents />
      <Rules />
      <Channels />
    </>
  );
}
