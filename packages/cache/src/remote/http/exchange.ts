import type { Agent, AgentOptions, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { ok } from '@tr/model';
import { trouble, type RemoteResult } from '../remote-backend.js';
import { unexpected } from '../unexpected.js';
import { toTrouble } from './connection-trouble.js';

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
export async function createExchanger(options: {
  readonly origin: URL;
  readonly stallMs: number;
  readonly proxy: string | undefined;
}): Promise<{ readonly exchange: Exchanger; close(): void }> {
  const { origin, stallMs, proxy } = options;
  const client = origin.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const settings = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agent = proxy === undefined ? new client.Agent(settings) : await createProxyAgent(origin, proxy, settings);
  const send = (request: RequestOptions): ClientRequest => client.request({ ...request, agent });
  return { exchange: (request) => runExchange(send, request, stallMs), close: () => agent.destroy() };
}

async function createProxyAgent(origin: URL, proxy: string, settings: AgentOptions): Promise<Agent> {
  if (origin.protocol === 'http:') return new (await import('http-proxy-agent')).HttpProxyAgent(proxy, settings);
  const { checkServerIdentity } = await import('node:tls');
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const agent = new HttpsProxyAgent(proxy, settings);
  // Inside the tunnel the agent takes a server that is named by its address for `localhost`.
  agent.options.checkServerIdentity = (_, certificate) => checkServerIdentity(hostOf(origin), certificate);
  return agent;
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function runExchange(
  send: (options: RequestOptions) => ClientRequest,
  request: ExchangeRequest,
  stallMs: number,
): Promise<RemoteResult<Exchange>> {
  const { body = [], limit, signal } = request;
  return new Promise((resolve) => {
    let outgoing: ClientRequest | undefined;
    const settle = (result: RemoteResult<Exchange>): void => {
      clearInterval(watch);
      signal.removeEventListener('abort', giveUp);
      resolve(result);
      if (!result.ok) outgoing?.destroy();
    };
    /** Nobody catches what a listener throws: it would end the process, so it fails the request. */
    const guard =
      <A extends readonly unknown[]>(listen: (...given: A) => void): ((...given: A) => void) =>
      (...given) => {
        try {
          listen(...given);
        } catch (error) {
          settle(unexpected(error));
        }
      };
    const giveUp = guard(() => settle(trouble('stalled', 'no answer in time')));
    try {
      outgoing = send(toOptions(request));
    } catch (error) {
      // What cannot be sent is refused at once, by a throw.
      resolve(toTrouble(error));
      return;
    }
    const sent = outgoing;
    let received = 0;
    let hasAnswer = false;
    const hasMoved = watchBytes(() => (sent.socket?.bytesWritten ?? 0) + received);
    const lookAtSpeed = guard(() => {
      if (!hasMoved()) settle(trouble('stalled', 'a connection that hardly moves'));
    });
    const watch = setInterval(lookAtSpeed, stallMs);
    signal.addEventListener('abort', giveUp, { once: true });
    const fails = guard((error: unknown) => settle(toTrouble(error)));
    const takeAnswer = guard((response: IncomingMessage) => {
      hasAnswer = true;
      const pieces: Buffer[] = [];
      const take = guard((bytes: Buffer) => {
        received += bytes.length;
        pieces.push(bytes);
        if (received > limit) settle(trouble('broken', 'a longer answer than there can be'));
      });
      const close = guard(() => {
        if (!response.complete) settle(trouble('unreachable', 'an answer that was cut'));
      });
      const end = guard(() => settle(ok(toExchange(response, pieces))));
      response.on('data', take).on('error', fails).on('close', close).on('end', end);
    });
    const close = guard(() => {
      // Nothing else tells of an answer that wants to speak another protocol from now on.
      if (!hasAnswer) settle(trouble('unreachable', 'a connection that was closed without an answer'));
    });
    sent.on('error', fails).on('response', takeAnswer).on('close', close);
    const write = guard(() => {
      for (const bytes of body) sent.write(bytes);
      sent.end();
    });
    if (signal.aborted) giveUp();
    else write();
  });
}

function toOptions({ method, url, headers, body = [] }: ExchangeRequest): RequestOptions {
  const length = body.reduce((sum, bytes) => sum + bytes.length, 0);
  return {
    method,
    hostname: hostOf(url),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers: method === 'GET' ? headers : { ...headers, 'content-length': String(length) },
  };
}

/** Says whether enough has moved since it was asked last; `count` is all that has moved so far, bytes. */
function watchBytes(count: () => number): () => boolean {
  let before = count();
  return () => {
    const now = count();
    const moved = now - before;
    before = now;
    return moved >= LEAST_BYTES;
  };
}

function toExchange(response: IncomingMessage, pieces: readonly Buffer[]): Exchange {
  return {
    status: response.statusCode ?? 0,
    retryAfterMs: retryAfterOf(response),
    body: Buffer.concat(pieces),
  };
}

/** `Retry-After` in seconds or as a date; nonsense counts as absent. */
function retryAfterOf(response: IncomingMessage): number | undefined {
  const header = response.headers['retry-after'];
  if (header === undefined) return undefined;
  if (/^[0-9]{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  // By the clock of the other side, if it tells: ours may be hours off.
  const now = Date.parse(response.headers.date ?? '');
  return Number.isNaN(date) ? undefined : Math.max(0, date - (Number.isNaN(now) ? Date.now() : now));
}
