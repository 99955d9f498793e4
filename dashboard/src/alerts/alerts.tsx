import { PageHead } from '../parts/layout.js';
import { Together } from '../parts/together.js';
import { Channels, channelsQuery } from './channels.js';
import { Incidents, incidentsQuery } from './incidents.js';
import { Rules, rulesQuery } from './rules.js';

/** Incidents, the rules that open them, and the channels that tell of them. */
export function Alerts() {
  return (
    <>
      <PageHead
        title="Alerts"
        sub="A rule that holds opens an incident, and a channel tells somebody of it."
      />
      <Together needs={[incidentsQuery(), rulesQuery(), channelsQuery()]}>
        <Incidents />
        <Rules />
        <Channels />
      </Together>
    </>
  );
}
