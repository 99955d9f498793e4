import { type ReactNode, useId } from 'react';

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
