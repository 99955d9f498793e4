import type { ReactNode } from 'react';
import { useAction } from './action.js';
import { AskingButton } from './dialog.js';
import { Fault } from './states.js';

/** A button for what can't be taken back: it says what will happen, and does it once that is confirmed. */
export function ConfirmButton(props: {
  label: string;
  title: string;
  children: ReactNode;
  act: () => Promise<unknown>;
}) {
  return (
    <AskingButton label={props.label} title={props.title} danger>
      {(close) => <Confirm {...props} onDone={close} />}
    </AskingButton>
  );
}

function Confirm(props: {
  label: string;
  children: ReactNode;
  act: () => Promise<unknown>;
  onDone: () => void;
}) {
  const action = useAction(async () => {
    await props.act();
    props.onDone();
  });
  return (
    <>
      {props.children}
      {action.error !== null && <Fault error={action.error} />}
      <div className="actions">
        <button
          type="button"
          className="danger"
          disabled={action.isPending}
          onClick={() => action.mutate(undefined)}
        >
          {props.label}
        </button>
        <button type="button" onClick={props.onDone}>
          Leave it
        </button>
      </div>
    </>
  );
}
