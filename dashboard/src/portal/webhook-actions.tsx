import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call, type WebhookJson } from '../api.js';
import { AskingButton } from '../parts/dialog.js';
import { Fault } from '../parts/states.js';
import { Deactivate } from '../webhook/deactivate-form.js';
import { Rotate } from '../webhook/rotate-form.js';
import { Test } from '../webhook/test-form.js';
import { Reactivate } from './reactivate-form.js';
import { ReplayForm } from './replay-form.js';
import { EditForm } from './webhook-form.js';

/** What a customer can do with a webhook. */
export function WebhookActions({ webhook }: { webhook: WebhookJson }) {
  const path = `/v1/webhooks/${webhook.id}`;
  return (
    <div className="actions">
      <AskingButton label="Send a test" title="Send a test">
        {() => <Test path={path} />}
      </AskingButton>
      <AskingButton label="Edit" title="Edit the webhook">
        {(close) => <EditForm webhook={webhook} onDone={close} />}
      </AskingButton>
      <AskingButton label="New secret" title="Make a new secret">
        {(close) => <Rotate path={path} onDone={close} />}
      </AskingButton>
      <AskingButton label="Replay" title="Send again what was sent before">
        {(close) => <ReplayForm path={path} onDone={close} />}
      </AskingButton>
      {webhook.active ? (
        <AskingButton label="Deactivate" title="Deactivate?">
          {(close) => <Deactivate path={path} onDone={close} />}
        </AskingButton>
      ) : (
        <AskingButton label="Reactivate" title="Reactivate">
          {(close) => <Reactivate path={path} onDone={close} />}
        </AskingButton>
      )}
      <AskingButton label="Delete" title="Delete the webhook?" danger>
        {() => <Delete path={path} />}
      </AskingButton>
    </div>
  );
}

function Delete({ path }: { path: string }) {
  const navigate = useNavigate();
  // Nothing of this page is asked for again, because it is about what is no more.
  const remove = useMutation({
    mutationFn: () => call('DELETE', path),
    onSuccess: () => navigate({ to: '/' }),
  });
  return (
    <>
      <p>It is sent nothing more, and what waits for it is given up. This can’t be undone.</p>
      {remove.error !== null && <Fault error={remove.error} />}
      <div className="actions">
        <button
          type="button"
          className="danger"
          disabled={remove.isPending}
          onClick={() => remove.mutate()}
        >
          Delete it
        </button>
      </div>
    </>
  );
}
