import type { Agent, AgentOptions, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
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
  const { method, url, headers, body = [], limit, signal } = request;
  const length = body.reduce((sum, bytes) => sum + bytes.length, 0);
  return new Promise((resolve) => {
    let received = 0;
    let outgoing: ClientRequest;
    try {
      outgoing = send({
        method,
        hostname: hostOf(url),
        port: url.port,
        path: `${url.pathname}${url.search}`,
        headers: method === 'GET' ? headers : { ...headers, 'content-length': String(length) },
      });
    } catch (error) {
      // What cannot be sent is refused at once, by a throw.
      resolve(toTrouble(error instanceof Error ? error : new Error(String(error))));
      return;
    }
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
    outgoing.on('error', (error) => settle(toTrouble(error)));
    outgoing.on('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (bytes: Buffer) => {
        received += bytes.length;
        pieces.push(bytes);
        if (received > limit) settle(trouble('broken', 'a longer answer than there can be'));
      });
      response.on('error', (error) => settle(toTrouble(error)));
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
  // By the clock of the other side, if it tells: ours may be hours off.
  const now = Date.parse(response.headers.date ?? '');
  return Number.isNaN(date) ? undefined : Math.max(0, date - (Number.isNaN(now) ? Date.now() : now));
}

/** Says what the code of an error means; its text may have addresses in it. */
function toTrouble(error: Error): ReturnType<typeof trouble> {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const distrust = findDistrust(code);
  if (distrust !== undefined) return trouble('untrusted', distrust);
  switch (code) {
    case 'ECONNREFUSED':
      return trouble('unreachable', 'the connection was refused');
    case 'ECONNRESET':
    case 'EPIPE':
      return trouble('unreachable', 'the connection was reset');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return trouble('unreachable', 'its name is not known');
    default:
      return trouble('unreachable', `the connection failed (${code})`);
  }
}

/** What is wrong with a certificate; undefined when it is something else. The codes are those of OpenSSL and Node. */
function findDistrust(code: string): string | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired, or the clock of this machine is wrong';
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid yet, or the clock of this machine is wrong';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is for another host';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_UNTRUSTED':
      return 'its certificate is of an authority that is not known here';
    default:
      return code.startsWith('CERT_') ? `its certificate is not accepted (${code})` : undefined;
  }
}
