import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

const DEFAULT_PORTS = [5432, 3306, 6379] as const;

/**
 * Somebody else listens where databases usually do, takes every connection and never says a word; where a port is taken
 * already, whoever has it is the stranger.
 */
export async function startStrangers(): Promise<{ stop(): void }> {
  const servers: Server[] = [];
  for (const port of DEFAULT_PORTS) {
    const server = createServer((socket) => socket.on('error', () => undefined).resume()).unref();
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      servers.push(server);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
  return {
    stop: () => {
      for (const server of servers) server.close();
    },
  };
}
