import calculateSlot from 'cluster-key-slot';

/** The hash slots of a Redis Cluster. */
const SLOTS = 16_384;

/** The shard that carries a webhook's deliveries: the same in every process, and as good as even. */
export function shardOf(webhookId: string, shards: number): number {
  if (shards === 1) return 0;
  let hash = 0x811c9dc5; // FNV-1a, 32 bits
  for (let index = 0; index < webhookId.length; index += 1) {
    hash = Math.imul(hash ^ webhookId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % shards;
}

/**
 * Where the sequence of shards begins, as a part of all slots: where its points are farthest from the ends
 * of a node's range, for two to six nodes.
 */
const START = 0.288;

/** The golden ratio less one: steps of it spread any number of points evenly over a circle. */
const STEP = (Math.sqrt(5) - 1) / 2;

/** How far a shard's slot may be from its point, in slots. */
const TOLERANCE = SLOTS / 64;

/**
 * The beginning of all Redis keys of a shard. What stands in its braces is the hash tag that puts them in
 * one slot of a Redis Cluster.
 *
 * An only shard has the installation's own prefix. Of several each has a tag whose slot is near its point
 * of a sequence that spreads them evenly: on a cluster of as many nodes, each with an equal range of slots,
 * every node has one (up to six; beyond that a node may have two, and its neighbour none). The tag of a shard does
 * not depend on how many there are.
 *
 * @param prefix like `{posthorn}`
 */
export function shardPrefix(prefix: string, shard: number, shards: number): string {
  if (shards === 1) return prefix;
  const point = ((START + shard * STEP) % 1) * SLOTS;
  for (let attempt = 0; ; attempt += 1) {
    const tagged = `${prefix.slice(0, -1)}-${shard}.${attempt}}`;
    if (Math.abs(calculateSlot(tagged) - point) <= TOLERANCE) return tagged;
  }
}
