import { expect, it } from 'vitest';
import type { Host } from '../../../embedded/host/host.ts';
import { listen } from '../../../embedded/host/server.ts';

const hostAnswering = (body: string) =>
  ({ request: async () => ({ status: 200, headers: {}, body }) }) as unknown as Host;

it('keeps a request waiting until the host is ready', async () => {
  const server = await listen(0);
  try {
    const earlyResponse = fetch(`${server.origin}/v1/health/live`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    server.serve(hostAnswering('here'));
    expect(await (await earlyResponse).text()).toBe('here');
  } finally {
    await server.close();
  }
});
