import type { ReactNode } from 'react';

/** A box of its own for what may be larger than its place: it scrolls, by keyboard too. */
export function Scroll(props: { label: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={props.className} aria-label={props.label} tabIndex={0}>
      {props.children}
    </section>
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
