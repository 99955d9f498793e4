import { Link } from '@tanstack/react-router';
import type { TrafficJson, WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { Badge, Card, Figure } from '../parts/layout.js';
import { TimeLeft } from '../webhooks/time-left.js';
import { number } from '../words.js';

const WHY = {
  inactive: 'It is inactive: what it is owed waits until it is reactivated.',
  breaker: 'Its breaker is open: deliveries wait while one at a time tries.',
  rate: 'Its rate limit is used up: deliveries go as fast as it allows.',
  pace: 'It has as many in flight as it takes: the others go as these end.',
} as const;

/** What is on its way to a webhook now, what waits, and why. */
export function Traffic(props: {
  webhook: WebhookJson;
  traffic: TrafficJson;
  deactivatesAt: string | null;
}) {
  const { webhook, traffic, deactivatesAt } = props;
  const { inFlight, maxInFlight, hold, held, waiting } = traffic;
  const { pending } = waiting;
  return (
    <Card
      title="Now"
      aside={
        <Link
          to="/deliveries"
          search={{ webhookId: webhook.id, status: 'pending' } as never}
          className="more"
        >
          What waits
        </Link>
      }
    >
      <p className="why">
        {held === null ? (
          <Badge tone="good">flowing</Badge>
        ) : (
          <>
            <Badge tone={held === 'breaker' ? 'bad' : 'warn'}>held</Badge> {WHY[held]}
          </>
        )}
      </p>
      <dl className="figures plain">
        <Figure
          label="In flight"
          value={inFlight === null ? '–' : number(inFlight)}
          note={`at most ${number(maxInFlight)}${hold === null ? '' : `, ${number(hold.allowance)} while held`}`}
        />
        <Figure
          label="Waiting"
          value={`${number(pending)}${pending >= 10_000 ? '+' : ''}`}
          note={
            pending === 0
              ? 'nothing is owed'
              : `${number(waiting.queued)} queued · ${number(waiting.waiting)} to retry · ${number(waiting.parked)} parked`
          }
        />
        <Figure
          label="Oldest"
          value={waiting.oldest === null ? '–' : <Ago at={waiting.oldest} />}
          note={
            waiting.nextDueAt === null ? (
              'none is due by itself'
            ) : (
              <>
                next due <Ago at={waiting.nextDueAt} />
              </>
            )
          }
        />
        <Figure
          label="Breaker"
          value={webhook.breaker}
          note={<NextTry webhook={webhook} releaseAt={hold?.releaseAt ?? null} />}
          tone={webhook.breaker === 'closed' ? 'quiet' : 'bad'}
        />
        <Figure
          label="Time left"
          value={<TimeLeft deactivatesAt={deactivatesAt} />}
          note={deactivatesAt === null ? 'it does not fail' : 'then it is deactivated'}
        />
      </dl>
    </Card>
  );
}

function NextTry({ webhook, releaseAt }: { webhook: WebhookJson; releaseAt: string | null }) {
  if (webhook.breaker !== 'closed' && releaseAt !== null) {
    return (
      <>
        tries <Ago at={releaseAt} />
      </>
    );
  }
  if (webhook.test?.nextAt == null) return <>no test under way</>;
  return (
    <>
      next test <Ago at={webhook.test.nextAt} />
    </>
  );
}
