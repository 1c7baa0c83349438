import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { systemClock } from '../../../embedded/aws/clock.ts';

const CONNECTIONS = 32;
const OPEN_CONNECTIONS = `
  let open = 0;
  for (let n = 0; n < ${CONNECTIONS}; n += 1)
    require('node:net').connect(Number(process.argv[1]), '127.0.0.1', () => (open += 1) === ${CONNECTIONS} && process.exit());
`;

// red if a yield polls once: then the connections that one client opens at once keep those of all others waiting
it('lets the event loop accept several connections in one yield', async () => {
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    socket.on('error', () => {}).destroy();
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    // this process accepts none during that time, and its time slice ends
    const { status } = spawnSync(process.execPath, [
      '-e',
      OPEN_CONNECTIONS,
      `${(server.address() as AddressInfo).port}`,
    ]);
    expect([status, accepted]).toEqual([0, 0]);
    await systemClock.yieldToIo?.();
    expect(accepted).toBeGreaterThanOrEqual(8);
  } finally {
    server.close();
  }
});
