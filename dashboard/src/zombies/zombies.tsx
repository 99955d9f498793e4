import { PageHead } from '../parts/layout.js';
import { useMay } from '../session.js';
import { AtRisk } from './at-risk.js';
import { Deactivated } from './deactivated.js';
import { Sweep } from './sweep.js';

/** Webhooks that will be deactivated, and those that were. */
export function Zombies() {
  // A key of one account never may: a sweep is of every account.
  const maySweep = useMay('zombies:sweep');
  return (
    <>
      <PageHead
        title="Zombies"
        sub="Webhooks that keep failing are deactivated once their tier’s threshold has passed. One that was sent nothing is no zombie."
      />
      <AtRisk />
      {maySweep && <Sweep />}
      <Deactivated />
    </>
  );
}
