import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range that systems hand out for outgoing connections, so that none of those takes it meanwhile. */
const FIRST = 15000;
const LAST = 32000;
const TRIES = 50;

/**
 * A port of 127.0.0.1 that nobody listens on at the moment. Whoever uses it must be ready for losing it to somebody
 * else, and must not take that one for its own server.
 */
export async function findFreePort(): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) return port;
  }
  return await portOfSystem();
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function portOfSystem(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
