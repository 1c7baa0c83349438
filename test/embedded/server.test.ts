import { expect, it } from 'vitest';
import type { Host } from '../../embedded/host.ts';
import { listen } from '../../embedded/server.ts';

const answering = (body: string) => ({ request: async () => ({ status: 200, headers: {}, body }) }) as unknown as Host;

it('lets a request that comes before the host is ready wait for it', async () => {
  const server = await listen(0);
  try {
    const early = fetch(`${server.origin}/v1/health/live`, { signal: AbortSignal.timeout(5_000) });
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.serve(answering('here'));
    expect(await (await early).text()).toBe('here');
  } finally {
    await server.close();
  }
});
