import type { Agent, AgentOptions, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { ok } from '@tr/model';
import { trouble, type RemoteResult, type RemoteTroubleKind } from '../remote-backend.js';
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
  /** It is a page for a browser. */
  readonly isPage: boolean;
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
  const connections: Connections = {
    send: (request) => client.request({ ...request, agent }),
    isQueued: (sent) =>
      Object.values(agent.requests).some((queue: readonly unknown[] | undefined) => queue?.includes(sent) === true),
    stallMs,
  };
  return { exchange: (request) => runExchange(connections, request), close: () => agent.destroy() };
}

/** Where requests go. */
interface Connections {
  send(options: RequestOptions): ClientRequest;
  /** It waits for a connection, as all that there may be are busy. */
  isQueued(sent: ClientRequest): boolean;
  readonly stallMs: number;
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

function runExchange(connections: Connections, request: ExchangeRequest): Promise<RemoteResult<Exchange>> {
  return new Promise((resolve) => new RunningExchange(request, resolve).begin(connections));
}

/** One request on its way and its answer. The first thing that ends it counts. */
class RunningExchange {
  readonly #request: ExchangeRequest;
  readonly #resolve: (result: RemoteResult<Exchange>) => void;
  readonly #giveUp = this.#guard(() => this.#fail('stalled', 'no answer in time'));
  readonly #takeError = this.#guard((error: unknown) => this.#settle(toTrouble(error)));
  #sent: ClientRequest | undefined;
  #watch: NodeJS.Timeout | undefined;
  #received = 0;
  #hasAnswer = false;

  constructor(request: ExchangeRequest, resolve: (result: RemoteResult<Exchange>) => void) {
    this.#request = request;
    this.#resolve = resolve;
  }

  begin(connections: Connections): void {
    const { body = [], signal } = this.#request;
    let sent: ClientRequest;
    try {
      sent = this.#sent = connections.send(toOptions(this.#request));
    } catch (error) {
      // What cannot be sent is refused at once, by a throw.
      this.#resolve(toTrouble(error));
      return;
    }
    const hasMoved = watchBytes(() => (sent.socket?.bytesWritten ?? 0) + this.#received);
    const lookAtSpeed = this.#guard(() => {
      if (!connections.isQueued(sent) && !hasMoved()) this.#fail('stalled', 'a connection that hardly moves');
    });
    this.#watch = setInterval(lookAtSpeed, connections.stallMs);
    signal.addEventListener('abort', this.#giveUp, { once: true });
    const close = this.#guard(() => {
      // Nothing else tells of an answer that wants to speak another protocol from now on.
      if (!this.#hasAnswer) this.#fail('unreachable', 'a connection that was closed without an answer');
    });
    sent
      .on('error', this.#takeError)
      .on(
        'response',
        this.#guard((response: IncomingMessage) => this.#takeAnswer(response)),
      )
      .on('close', close);
    const write = this.#guard(() => {
      for (const bytes of body) sent.write(bytes);
      sent.end();
    });
    if (signal.aborted) this.#giveUp();
    else write();
  }

  #takeAnswer(response: IncomingMessage): void {
    this.#hasAnswer = true;
    const pieces: Buffer[] = [];
    const take = this.#guard((bytes: Buffer) => {
      this.#received += bytes.length;
      pieces.push(bytes);
      if (this.#received > this.#request.limit) this.#fail('broken', 'a longer answer than there can be');
    });
    const close = this.#guard(() => {
      if (!response.complete) this.#fail('unreachable', 'an answer that was cut');
    });
    const end = this.#guard(() => this.#settle(ok(toExchange(response, pieces))));
    response.on('data', take).on('error', this.#takeError).on('close', close).on('end', end);
  }

  #fail(kind: RemoteTroubleKind, detail: string): void {
    this.#settle(trouble(kind, detail));
  }

  #settle(result: RemoteResult<Exchange>): void {
    clearInterval(this.#watch);
    this.#request.signal.removeEventListener('abort', this.#giveUp);
    this.#resolve(result);
    if (!result.ok) this.#sent?.destroy();
  }

  /** Nobody catches what a listener throws: it would end the process, so it fails the request. */
  #guard<A extends readonly unknown[]>(listen: (...given: A) => void): (...given: A) => void {
    return (...given) => {
      try {
        listen(...given);
      } catch (error) {
        this.#settle(unexpected(error));
      }
    };
  }
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
    isPage: /^text\/html\b/i.test(response.headers['content-type'] ?? ''),
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
