import { describe, expect, test } from 'vitest';
import { measureGrowth } from './growth.ts';
import type { Heap } from './heap.ts';

describe('the growth of the heap in a soak', () => {
  const heap = (used: number): Heap => ({ used, external: 0, resources: { Timeout: 1 } });
  const round = (orders: number, used: number, ordersPerSecond = 100) => ({
    ...{ orders, ordersPerSecond, full: heap(used * 2), tableBytes: 0, emptied: heap(used) },
  });

  test('counts from the round in which the host keeps its maximum of executions', () => {
    const rounds = [round(10_000, 9_000_000), round(20_000, 10_000_000), round(30_000, 11_000_000, 50)];
    expect(measureGrowth({ warmedUp: heap(0), rounds })).toEqual({
      ...{ orders: 20_000, bytesPerOrder: 100, allowedBytesPerOrder: 512, addedResources: 0, speedRatio: 0.75 },
    });
  });

  test('includes the kept executions in a short soak', () => {
    const growth = measureGrowth({ warmedUp: heap(0), rounds: [round(500, 1_000_000), round(1_000, 2_000_000)] });
    expect(growth).toMatchObject({ orders: 1_000, bytesPerOrder: 2_000, allowedBytesPerOrder: 1_536 });
  });
});
