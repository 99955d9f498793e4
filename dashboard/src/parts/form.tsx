import { type ReactNode, useId } from 'react';

/** A labelled field of a form. */
export function Field(props: {
  label: string;
  hint?: string;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
      {props.hint !== undefined && <small className="muted">{props.hint}</small>}
    </div>
  );
}
