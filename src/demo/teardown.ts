/** Remembers how to undo what was just started. */
export type Later = (undo: () => Promise<void>) => void;

/**
 * Runs `use`, and then undoes what it started, the last first, whether it succeeded or threw. All is
 * undone even where one step fails. Throws what `use` threw, or an `AggregateError` of what could not be
 * undone.
 */
export async function withTeardown(use: (later: Later) => Promise<void>): Promise<void> {
  const undos: (() => Promise<void>)[] = [];
  const faults: unknown[] = [];
  const collect = (fault: unknown) => {
    faults.push(fault);
  };
  await use((undo) => undos.push(undo)).catch(collect);
  for (const undo of undos.reverse()) await undo().catch(collect);
  const [first, ...others] = faults;
  if (others.length > 0)
    throw new AggregateError(faults, 'the demo failed, and so did its clean-up');
  if (faults.length > 0) throw first;
}
