import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { SagaRefusal } from '#platform/errors';
import { taskFunction } from '#platform/runtime/task';
import { invocation } from './fixtures/invocation.ts';
import { world } from './fixtures/world.ts';

const Input = z.object({ id: z.string() });

describe('a task', () => {
  it('gets its input as its schema says, and a second less than its function has', async () => {
    const { rt, clock } = world();
    const seen: unknown[] = [];
    const task = taskFunction(rt, Input, async (input, until) => void seen.push(input, until));
    const context = invocation(15_000, clock);
    clock.advance(2_000);
    expect(await task({ id: 'a', refusal: { Error: 'E' } }, context)).toBeUndefined();
    expect(seen).toEqual([{ id: 'a' }, clock.now() + 12_000]);
  });

  it('runs nothing on an input that it does not know', async () => {
    const { rt } = world();
    let ran = false;
    const task = taskFunction(rt, Input, async () => {
      ran = true;
    });
    await expect(task({ id: 1 }, invocation())).rejects.toThrow();
    expect(ran).toBe(false);
  });

  it.each(['StockUnavailable', 'PaymentDeclined', 'PaymentUnknown', 'Superseded', 'HoldCommitted'] as const)(
    'fails by the name that its saga knows: %s',
    async (name) => {
      const task = taskFunction(world().rt, Input, async () => {
        throw new SagaRefusal(name, 'why');
      });
      const error = await task({ id: 'a' }, invocation()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name, message: 'why' });
      expect(Object.hasOwn(error as object, 'name')).toBe(true);
    },
  );
});
