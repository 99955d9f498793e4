/** https://github.com/Salakar/cluster-key-slot, which has no types of its own. */
declare module 'cluster-key-slot' {
  /** The hash slot of a key, 0 to 16383; of what stands in its braces, where there are any. */
  export default function calculateSlot(key: string): number;
}
