import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { trouble, type RemoteResult } from '../remote-backend.js';

/** One request to a cache server. */
export interface ExchangeRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: readonly Uint8Array[];
  /** A longer answer is broken off, bytes. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** A whole answer. */
export interface Exchange {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  readonly body: Buffer;
}

/** Sends one request over connections that are kept. */
export type Exchanger = (request: ExchangeRequest) => Promise<RemoteResult<Exchange>>;

/** A connection that moves less than this in a window does not count as alive, bytes. */
const LEAST_BYTES = 4 * 1024;
/** How long a window is, milliseconds. */
export const STALL_MS = 5_000;
const MAX_SOCKETS = 8;

/** Connections to one origin. The modules are loaded with the first request: a run without a remote does not need them. */
export async function createExchanger(
  origin: URL,
  stallMs: number,
): Promise<{ readonly exchange: Exchanger; close(): void }> {
  const client = origin.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const agent = new client.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  const send = (options: RequestOptions): ClientRequest => client.request({ ...options, agent });
  return { exchange: (request) => runExchange(send, request, stallMs), close: () => agent.destroy() };
}

function runExchange(
  send: (options: RequestOptions) => ClientRequest,
  request: ExchangeRequest,
  stallMs: number,
): Promise<RemoteResult<Exchange>> {
  const { method, url, headers, body = [], limit, signal } = request;
  const length = body.reduce((sum, bytes) => sum + bytes.length, 0);
  return new Promise((resolve) => {
    let received = 0;
    const outgoing = send({
      method,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      path: `${url.pathname}${url.search}`,
      headers: method === 'GET' ? headers : { ...headers, 'content-length': String(length) },
    });
    const settle = (result: RemoteResult<Exchange>): void => {
      stopWatching();
      signal.removeEventListener('abort', giveUp);
      resolve(result);
      if (!result.ok) outgoing.destroy();
    };
    const giveUp = (): void => settle(trouble('stalled', 'no answer in time'));
    let before = outgoing.socket?.bytesWritten ?? 0;
    let seen = 0;
    const watch = setInterval(() => {
      const moved = (outgoing.socket?.bytesWritten ?? 0) - before + (received - seen);
      before = outgoing.socket?.bytesWritten ?? 0;
      seen = received;
      if (moved < LEAST_BYTES) settle(trouble('stalled', 'a connection that hardly moves'));
    }, stallMs);
    const stopWatching = (): void => clearInterval(watch);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    outgoing.on('error', (error) => settle(trouble('unreachable', explain(error))));
    outgoing.on('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (bytes: Buffer) => {
        received += bytes.length;
        pieces.push(bytes);
        if (received > limit) settle(trouble('broken', 'a longer answer than there can be'));
      });
      response.on('error', (error) => settle(trouble('unreachable', explain(error))));
      response.on('close', () => {
        if (!response.complete) settle(trouble('unreachable', 'an answer that was cut'));
      });
      response.on('end', () =>
        settle({
          ok: true,
          value: { status: statusOf(response), retryAfterMs: retryAfterOf(response), body: Buffer.concat(pieces) },
        }),
      );
    });
    for (const bytes of body) outgoing.write(bytes);
    outgoing.end();
  });
}

function statusOf(response: IncomingMessage): number {
  return response.statusCode ?? 0;
}

/** `Retry-After` in seconds or as a date; nonsense counts as absent. */
function retryAfterOf(response: IncomingMessage): number | undefined {
  const header = response.headers['retry-after'];
  if (header === undefined) return undefined;
  if (/^[0-9]{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** The name of the error; its text may have addresses in it. */
function explain(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  switch (code) {
    case 'ECONNREFUSED':
      return 'the connection was refused';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection was reset';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known';
    default:
      return `the connection failed (${code})`;
  }
}
