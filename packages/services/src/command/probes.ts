import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { get } from 'node:http';
import { createConnection } from 'node:net';
import type { Readiness } from '../own-server/server-kind.js';

/** One look takes no longer than this. */
const LOOK_MS = 2000;
/** A line that tells that a server is ready is looked for in the last part of its log, bytes. */
const LOG_BYTES = 1024 * 1024;

/** A connection is accepted. */
export function probeTcp(port: number): Promise<Readiness> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const end = (readiness: Readiness): void => {
      socket.destroy();
      resolve(readiness);
    };
    socket.once('connect', () => end('ready'));
    socket.once('error', () => end({ missing: `it takes no connections on port ${port}` }));
    socket.setTimeout(LOOK_MS, () => end({ missing: `it takes no connections on port ${port}` }));
  });
}

/** An answer below 400. */
export function probeHttp(port: number, path: string): Promise<Readiness> {
  return new Promise((resolve) => {
    const call = get({ host: '127.0.0.1', port, path, agent: false, timeout: LOOK_MS }, (response) => {
      const { statusCode = 0 } = response;
      response.destroy();
      resolve(statusCode > 0 && statusCode < 400 ? 'ready' : { missing: `it answers ${path} with ${statusCode}` });
    });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', () => resolve({ missing: `it does not answer ${path}` }));
  });
}

/** A line of the log matches. */
export function probeLog(logPath: string, pattern: string): Readiness {
  const expression = new RegExp(pattern);
  const hasLine = readEnd(logPath)
    .split('\n')
    .some((line) => expression.test(line));
  return hasLine ? 'ready' : { missing: `no line of its log matches ${pattern}` };
}

function readEnd(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, LOG_BYTES));
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, size - buffer.length));
  } finally {
    closeSync(file);
  }
}
