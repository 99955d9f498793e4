import { type ReactNode, useId } from 'react';
import { Problem } from '../api.js';

/** A labelled field of a form, with what is wrong with it. */
export function Field(props: {
  label: string;
  hint?: string;
  fault?: string | undefined;
  children: (id: string, described: Described) => ReactNode;
}) {
  const { label, hint, fault, children } = props;
  const id = useId();
  const described: Described =
    hint === undefined && fault === undefined
      ? {}
      : {
          'aria-describedby': `${id}-note`,
          ...(fault === undefined ? {} : { 'aria-invalid': true }),
        };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, described)}
      {fault !== undefined ? (
        <small id={`${id}-note`} className="field-fault" role="alert">
          {fault}
        </small>
      ) : (
        hint !== undefined && (
          <small id={`${id}-note`} className="muted">
            {hint}
          </small>
        )
      )}
    </div>
  );
}

/** What an input says of its note: hand it on to the element. */
export interface Described {
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
}

/** What the API found wrong with a field, or with a part of it. */
export function faultOf(error: Error | null, field: string): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  return error.errors.find((each) => each.field === field || each.field.startsWith(`${field}.`))
    ?.detail;
}

interface InputProps {
  readonly label: string;
  readonly hint?: string;
  readonly fault?: string | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A line of text. */
export function TextField(
  props: InputProps & {
    readonly type?: 'text' | 'url' | 'time';
    readonly required?: boolean;
    readonly placeholder?: string;
    readonly autoComplete?: 'off';
  },
) {
  const { type = 'text', required = false, placeholder, autoComplete } = props;
  return (
    <Field
      label={props.label}
      {...(props.hint === undefined ? {} : { hint: props.hint })}
      fault={props.fault}
    >
      {(id, described) => (
        <input
          id={id}
          {...described}
          type={type}
          required={required}
          placeholder={placeholder}
          autoComplete={autoComplete}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** A choice of some, as values with what they are called. */
export function SelectField<Value extends string>(
  props: Omit<InputProps, 'value' | 'onChange'> & {
    readonly value: Value;
    readonly options: readonly (readonly [Value, string])[];
    readonly disabled?: boolean;
    readonly onChange: (value: Value) => void;
  },
) {
  return (
    <Field
      label={props.label}
      {...(props.hint === undefined ? {} : { hint: props.hint })}
      fault={props.fault}
    >
      {(id, described) => (
        <select
          id={id}
          {...described}
          disabled={props.disabled}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value as Value)}
        >
          {props.options.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Any of several. */
export function CheckField<Value extends string>(props: {
  label: string;
  fault?: string | undefined;
  options: readonly (readonly [Value, string])[];
  values: readonly Value[];
  onChange: (values: readonly Value[]) => void;
}) {
  const { values } = props;
  return (
    <fieldset className="checks">
      <legend>{props.label}</legend>
      {props.options.map(([value, label]) => (
        <label key={value}>
          <input
            type="checkbox"
            checked={values.includes(value)}
            onChange={(event) =>
              props.onChange(
                event.target.checked ? [...values, value] : values.filter((each) => each !== value),
              )
            }
          />
          {label}
        </label>
      ))}
      {props.fault !== undefined && (
        <small className="field-fault" role="alert">
          {props.fault}
        </small>
      )}
    </fieldset>
  );
}
