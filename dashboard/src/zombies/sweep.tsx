import { call, type ZombieJson } from '../api.js';
import { useAction } from '../parts/action.js';
import { AskingButton } from '../parts/dialog.js';
import { Card } from '../parts/layout.js';
import { Fault } from '../parts/states.js';
import { WebhookLink } from '../webhooks/webhook-link.js';
import { plural } from '../words.js';

const sweep = (dryRun: boolean) =>
  call<{ deactivated: readonly ZombieJson[] }>('POST', '/v1/zombies/sweep', { dryRun });

/** A dry run of the sweep, and then the sweep itself. */
export function Sweep() {
  const dryRun = useAction(() => sweep(true));
  const real = useAction(async () => {
    const done = await sweep(false);
    dryRun.reset();
    return done;
  });
  const found = dryRun.data?.deactivated;
  const swept = real.data?.deactivated;
  return (
    <Card
      title="The sweep"
      aside={
        <button
          type="button"
          disabled={dryRun.isPending}
          onClick={() => {
            real.reset();
            dryRun.mutate(undefined);
          }}
        >
          Which would it deactivate now?
        </button>
      }
    >
      {dryRun.error !== null && <Fault error={dryRun.error} />}
      {real.error !== null && <Fault error={real.error} />}
      <div role="status">
        {swept !== undefined && <p>{plural(swept.length, 'webhook')} deactivated.</p>}
        {found === undefined ? (
          <p className="muted">It runs by itself. A dry run changes nothing.</p>
        ) : found.length === 0 ? (
          <p>None: no webhook is past its threshold.</p>
        ) : (
          <Found found={found} />
        )}
      </div>
      {found !== undefined && found.length > 0 && (
        <div className="actions">
          <AskingButton
            label={`Deactivate ${plural(found.length, 'webhook')}`}
            title="Sweep now?"
            danger
          >
            {(close) => (
              <>
                <p>
                  Every webhook that is past its threshold then is deactivated, and its owner is
                  told. What it is owed waits until it is reactivated.
                </p>
                <div className="actions">
                  <button
                    type="button"
                    className="danger"
                    onClick={() => {
                      real.mutate(undefined);
                      close();
                    }}
                  >
                    Sweep
                  </button>
                </div>
              </>
            )}
          </AskingButton>
        </div>
      )}
    </Card>
  );
}

function Found({ found }: { found: readonly ZombieJson[] }) {
  return (
    <ul className="attention">
      {found.map((zombie) => (
        <li key={zombie.id} className="warn">
          <div>
            <WebhookLink id={zombie.id} url={zombie.url} />
            <p className="muted">
              {zombie.accountId} · {zombie.detail}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
