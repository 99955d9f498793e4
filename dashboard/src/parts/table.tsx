import type { ReactNode } from 'react';
import { Scroll } from './data.js';
import { Empty, Fault, Pending } from './states.js';

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
