import calculateSlot from 'cluster-key-slot';
import { describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/id.js';
import { shardOf, shardPrefix } from '../../src/queue/shards.js';

describe('the shard of a webhook', () => {
  test('is the same in every process', () => {
    expect(shardOf('wh_01a209e30020745fa6cac8a92d7952a6', 7)).toBe(3);
    expect(shardOf('wh_01a209e30020745fa6cac8a92d7952a6', 1)).toBe(0);
  });

  test.each([2, 3, 8])('is as good as even over %d', (shards) => {
    const counts = new Array<number>(shards).fill(0);
    for (let n = 0; n < 10_000; n += 1) {
      const shard = shardOf(newId('wh_', new Date()), shards);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count * shards - 10_000)).toBeLessThan(1_500);
  });
});

describe('the keys of the shards', () => {
  test('are those of the installation where there is one', () => {
    expect(shardPrefix('{posthorn}', 0, 1)).toBe('{posthorn}');
  });

  test.each([2, 3, 4, 5, 6])('lie one on each of %d nodes', (nodes) => {
    for (const prefix of ['{posthorn}', '{a}', '{some-other_name}']) {
      const owners = Array.from({ length: nodes }, (_, shard) => {
        const slot = calculateSlot(`${shardPrefix(prefix, shard, nodes)}:deliveries:wait`);
        return Math.floor((slot * nodes) / 16_384);
      });
      expect(new Set(owners).size).toBe(nodes);
    }
  });

  test('stay where they are when shards are added', () => {
    expect(shardPrefix('{posthorn}', 1, 3)).toBe(shardPrefix('{posthorn}', 1, 64));
  });
});
