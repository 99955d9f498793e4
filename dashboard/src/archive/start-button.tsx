import { call, type TaskJson } from '../api.js';
import { useAction } from '../parts/action.js';

/** Asks for long work, which then stands in the list of it. */
export function StartButton(props: {
  label: string;
  path: string;
  body: object;
  disabled?: boolean;
}) {
  const start = useAction(() => call<TaskJson>('POST', props.path, props.body));
  return (
    <>
      <button
        type="button"
        disabled={start.isPending || props.disabled === true}
        onClick={() => start.mutate(undefined)}
      >
        {props.label}
      </button>
      {start.error !== null && (
        <small className="field-fault" role="alert">
          {start.error.message}
        </small>
      )}
    </>
  );
}
