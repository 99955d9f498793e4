import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { localMinute } from './field-text.js';
import { Field } from './form.js';

/** How long nothing is typed before it is searched for, in milliseconds. */
const PAUSE_MS = 250;

/** What a list is narrowed by. It is in the page's address, so that a link or a reload shows the same. */
export function useFilter<Name extends string>(names: readonly Name[]) {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const filter = Object.fromEntries(
    names.map((name) => [name, search[name] === undefined ? '' : String(search[name])]),
  ) as Readonly<Record<Name, string>>;
  const set = (change: Partial<Record<Name, string>>) => {
    const all = Object.entries({ ...search, ...change }).filter(([, value]) => value !== '');
    void navigate({ to: '.', search: Object.fromEntries(all) as never, replace: true });
  };
  return { filter, set, isEmpty: names.every((name) => filter[name] === '') };
}

/** The fields that a list is narrowed with. */
export function Filters({ children }: { children: ReactNode }) {
  return <search className="filters">{children}</search>;
}

interface FilterFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Text to narrow a list by, taken up when nothing was typed for a moment. */
export function TextFilter(props: FilterFieldProps & { type?: string; placeholder?: string }) {
  const { label, value, onChange, type = 'search', placeholder } = props;
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  // Only what is typed begins the pause anew.
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <Field label={label}>
      {(id) => (
        <input
          id={id}
          type={type}
          placeholder={placeholder}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
    </Field>
  );
}

/** One of some values to narrow a list by, or any. */
export function ChoiceFilter(props: FilterFieldProps & { choices: readonly string[] }) {
  return (
    <Field label={props.label}>
      {(id) => (
        <select
          id={id}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
        >
          <option value="">any</option>
          {props.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A time to narrow a list by, as ISO 8601; entered in the reader's own time zone. */
export function TimeFilter({ label, value, onChange }: FilterFieldProps) {
  return (
    <Field label={label}>
      {(id) => (
        <input
          id={id}
          type="datetime-local"
          value={value === '' ? '' : localMinute(new Date(value))}
          onChange={(event) => {
            const at = new Date(event.target.value);
            onChange(Number.isNaN(at.getTime()) ? '' : at.toISOString());
          }}
        />
      )}
    </Field>
  );
}
