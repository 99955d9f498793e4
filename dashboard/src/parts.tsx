import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Problem } from './api.js';
import { ago, time } from './words.js';

/** The head of a page: its title, what is said of it, and what can be done. */
export function PageHead(props: { title: ReactNode; sub?: ReactNode; children?: ReactNode }) {
  return (
    <header className="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.sub !== undefined && <p className="muted">{props.sub}</p>}
      </div>
      <div className="actions">{props.children}</div>
    </header>
  );
}

export function Card(props: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}

/** One figure, large, with what it is. */
export function Figure(props: { label: string; value: ReactNode; note?: ReactNode; tone?: Tone }) {
  return (
    <div className={`figure ${props.tone ?? ''}`}>
      <dt>{props.label}</dt>
      <dd>
        {props.value}
        {props.note !== undefined && <small>{props.note}</small>}
      </dd>
    </div>
  );
}

export type Tone = 'good' | 'bad' | 'warn' | 'quiet';

/** A state in one or two words. Its colour says nothing that the words do not. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** A time as how long ago it was; the exact one is shown on it. */
export function Ago({ at }: { at: string | null }) {
  if (at === null) return <span className="muted">never</span>;
  return (
    <time dateTime={at} title={time(at)}>
      {ago(at)}
    </time>
  );
}

/** What a query has to show before it has data. */
export function Pending({ error }: { error: Error | null }) {
  if (error === null) return <p className="pending">Loading…</p>;
  return <Fault error={error} />;
}

export function Fault({ error }: { error: Error }) {
  return (
    <p className="fault" role="alert">
      {error.message}
      {error instanceof Problem && error.hint !== undefined && ` — ${error.hint}`}
    </p>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

/** A box of its own for what may be larger than its place: it scrolls, by keyboard too. */
export function Scroll(props: { label: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={props.className} aria-label={props.label} tabIndex={0}>
      {props.children}
    </section>
  );
}

/** A table, which scrolls sideways where the window is narrow. */
export function Table(props: { label: string; heads: readonly ReactNode[]; children: ReactNode }) {
  return (
    <Scroll className="table" label={props.label}>
      <table>
        <thead>
          <tr>
            {props.heads.map((head, index) => (
              <th key={index} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </Scroll>
  );
}

/** Data as the API has it. */
export function Data({ label, value }: { label: string; value: unknown }) {
  return (
    <Scroll className="payload" label={label}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </Scroll>
  );
}

/** A page of a list as a table, or what there is to say in its place. */
export function Listing<Item>(props: {
  label: string;
  heads: readonly ReactNode[];
  page: { readonly data: readonly Item[] } | undefined;
  error: Error | null;
  empty: ReactNode;
  children: (item: Item) => ReactNode;
}) {
  const { page, error, children: row } = props;
  if (page === undefined) return <Pending error={error} />;
  return (
    <>
      {error !== null && <Fault error={error} />}
      {page.data.length === 0 ? (
        <Empty>{props.empty}</Empty>
      ) : (
        <Table label={props.label} heads={props.heads}>
          {page.data.map(row)}
        </Table>
      )}
    </>
  );
}

/** Goes through the pages of a list. */
export function usePages() {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    cursor: cursors.at(-1),
    reset: () => setCursors([]),
    controls: (nextCursor: string | null) =>
      cursors.length === 0 && nextCursor === null ? null : (
        <nav className="pager" aria-label="Pages">
          <button
            type="button"
            disabled={cursors.length === 0}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            Newer
          </button>
          <span className="muted">Page {cursors.length + 1}</span>
          <button
            type="button"
            disabled={nextCursor === null}
            onClick={() => nextCursor !== null && setCursors([...cursors, nextCursor])}
          >
            Older
          </button>
        </nav>
      ),
  };
}

/** Changes something, and has everything on the page asked for again. */
export function useAction<Input, Answer>(act: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation<Answer, Error, Input>({
    mutationFn: act,
    onSuccess: () => client.invalidateQueries(),
  });
}

/** A modal window, the browser's own: it keeps the focus, and Escape closes it. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog !== null && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={id} onClose={props.onClose}>
      <div className="card-head">
        <h2 id={id}>{props.title}</h2>
        <button type="button" className="quiet" aria-label="Close" onClick={props.onClose}>
          ✕
        </button>
      </div>
      {props.children}
    </dialog>
  );
}

/** A button that first asks in a window. */
export function AskingButton(props: {
  label: string;
  title: string;
  danger?: boolean;
  children: (close: () => void) => ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={props.danger === true ? 'danger' : ''}
        onClick={() => setOpen(true)}
      >
        {props.label}
      </button>
      {open && (
        <Dialog title={props.title} onClose={() => setOpen(false)}>
          {props.children(() => setOpen(false))}
        </Dialog>
      )}
    </>
  );
}

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

/** What was just made and is shown this once. */
export function Once(props: { note: string; label: string; text: string; onDone: () => void }) {
  return (
    <>
      <p>{props.note}</p>
      <Secret label={props.label} text={props.text} />
      <div className="actions">
        <button type="button" className="primary" onClick={props.onDone}>
          Done
        </button>
      </div>
    </>
  );
}

/** Text that is to be copied. */
function Secret({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="secret">
      <span>{label}</span>
      <code>{text}</code>
      <button
        type="button"
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => setCopied(true));
        }}
      >
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
