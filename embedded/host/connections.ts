import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Connections = {
  /** Called with each request. */
  readonly track: (request: IncomingMessage, response: ServerResponse) => void;
  /** Ends each connection once all requests that have arrived on it are answered: most of them at once. */
  readonly endUnused: () => void;
};

/**
 * Tracks the connections of a server, so that a client that sends nothing, or a part of a request, cannot keep it from closing. Once a server
 * is closed, Node checks no time limit any more, and keeps a connection that was in use until it has been idle for a minute.
 */
export const trackConnections = (server: Server): Connections => {
  const unanswered = new Map<Socket, Set<IncomingMessage>>();
  let isEnding = false;

  const hasArrivedRequest = (socket: Socket) => [...(unanswered.get(socket) ?? [])].some(({ complete }) => complete);
  const endIfUnused = (socket: Socket) => {
    if (isEnding && !hasArrivedRequest(socket)) socket.destroySoon();
  };

  server.on('connection', (socket) => {
    unanswered.set(socket, new Set());
    socket.once('close', () => unanswered.delete(socket));
  });
  return {
    track(request, response) {
      const { socket } = request;
      unanswered.get(socket)?.add(request);
      response.once('close', () => {
        unanswered.get(socket)?.delete(request);
        endIfUnused(socket);
      });
    },
    endUnused() {
      isEnding = true;
      for (const socket of unanswered.keys()) endIfUnused(socket);
    },
  };
};
