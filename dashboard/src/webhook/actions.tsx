import type { WebhookJson } from '../api.js';
import { AskingButton } from '../parts/dialog.js';
import { Deactivate } from './deactivate-form.js';
import { Reactivate } from './reactivate-form.js';
import { ReplayForm } from './replay-form.js';
import { Rotate } from './rotate-form.js';
import { Test } from './test-form.js';

/** What can be done with a webhook. */
export function WebhookActions({ webhook }: { webhook: WebhookJson }) {
  const path = `/v1/webhooks/${webhook.id}`;
  return (
    <div className="actions">
      <AskingButton label="Test" title="Test the endpoint">
        {() => <Test path={path} />}
      </AskingButton>
      <AskingButton label="Rotate secret" title="Rotate the secret">
        {(close) => <Rotate path={path} onDone={close} />}
      </AskingButton>
      <AskingButton label="Replay" title="Replay past deliveries">
        {(close) => <ReplayForm path={path} onDone={close} />}
      </AskingButton>
      {webhook.active ? (
        <AskingButton label="Deactivate" title="Deactivate?" danger>
          {(close) => <Deactivate path={path} onDone={close} />}
        </AskingButton>
      ) : (
        <AskingButton label="Reactivate" title="Reactivate">
          {(close) => <Reactivate path={path} onDone={close} />}
        </AskingButton>
      )}
    </div>
  );
}
