import { createServer, request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What goes wrong between a client and a server. */
export type Fault =
  | { readonly kind: 'none' }
  /** Takes the request (all of them, or those of some paths) and never answers. */
  | { readonly kind: 'hang'; readonly paths?: RegExp }
  /** The body of each answer comes one byte a second. */
  | { readonly kind: 'slow' }
  /** The connection is reset in the middle of each answer. */
  | { readonly kind: 'reset' }
  /** It ends there as if all were well. */
  | { readonly kind: 'truncate' }
  /** One bit in the middle of each answer is another. */
  | { readonly kind: 'flip' }
  /** The server is not asked. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** The connection is reset while the request is being read. */
  | { readonly kind: 'reset-request' }
  /** The client is sent elsewhere. */
  | { readonly kind: 'redirect'; readonly to: string }
  /** The body of an answer goes on for ever. */
  | { readonly kind: 'endless' }
  /** Answers carry another time: who sets the clock by them is off by so many milliseconds. */
  | { readonly kind: 'clock'; readonly aheadMs: number }
  /** The objects of a bucket were written so many milliseconds before: a bucket has no way to set their times. */
  | { readonly kind: 'older'; readonly byMs: number }
  /** Well-formed answers that are lies. */
  | { readonly kind: 'lie'; readonly tell: (path: string, truth: Buffer) => Buffer };

/** What any server may do, as the end of a sentence. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'answers that never come': { kind: 'hang' },
  'answers at one byte a second': { kind: 'slow' },
  'connections reset in the middle of an answer': { kind: 'reset' },
  'connections reset in the middle of a request': { kind: 'reset-request' },
  'answers that are cut': { kind: 'truncate' },
  'answers with a wrong bit': { kind: 'flip' },
  'status 500': { kind: 'status', status: 500 },
};

/** A proxy that spoils what passes. */
export interface FaultProxy {
  readonly url: string;
  /** Where requests go: an origin. */
  target: string;
  fault: Fault;
  /** Requests so far. */
  readonly count: number;
  /** Bytes of the largest body that was sent. */
  readonly largest: number;
  close(): Promise<void>;
}

/** Starts a proxy in front of `target` (an origin). */
export async function startFaultProxy(target: string, fault: Fault = { kind: 'none' }): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const state = { target, fault, count: 0, largest: 0 };
  const server = createServer((incoming, outgoing) => {
    state.count++;
    state.largest = Math.max(state.largest, Number(incoming.headers['content-length'] ?? 0));
    incoming.on('error', () => undefined);
    outgoing.on('error', () => undefined);
    void handle(state.target, state.fault, { incoming, outgoing });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get target() {
      return state.target;
    },
    set target(value) {
      state.target = value;
    },
    get fault() {
      return state.fault;
    },
    set fault(value) {
      state.fault = value;
    },
    get count() {
      return state.count;
    },
    get largest() {
      return state.largest;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

async function handle(target: string, fault: Fault, { incoming, outgoing }: Exchange): Promise<void> {
  if (fault.kind === 'hang' && fault.paths?.test(incoming.url ?? '') !== false) return;
  if (fault.kind === 'reset-request') {
    incoming.once('data', () => incoming.socket.resetAndDestroy());
    incoming.once('end', () => incoming.socket.resetAndDestroy());
    return;
  }
  const sent = await readAll(incoming).catch(() => undefined);
  if (sent === undefined) return;
  if (fault.kind === 'status') {
    const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
    outgoing.writeHead(fault.status, { 'content-type': 'text/plain', ...retryAfter }).end('no\n');
    return;
  }
  if (fault.kind === 'redirect') {
    outgoing.writeHead(307, { location: `${fault.to}${incoming.url}` }).end();
    return;
  }
  const { method, url, headers } = incoming;
  const onward = sendRequest(new URL(url ?? '/', target), { method, headers }, (response) => {
    void readAll(response).then(
      (body) => answer(fault, { response, body, outgoing, path: url ?? '' }),
      () => outgoing.destroy(),
    );
  });
  onward.on('error', () => outgoing.destroy());
  onward.end(sent);
}

function answer(
  fault: Fault,
  {
    response,
    body,
    outgoing,
    path,
  }: { response: IncomingMessage; body: Buffer; outgoing: ServerResponse; path: string },
): void {
  const { 'content-length': announced, 'transfer-encoding': _, ...headers } = response.headers;
  const lie = lieOf(fault, path, body);
  // What is written to the answer of a HEAD is taken, and goes nowhere.
  const isEndless = fault.kind === 'endless' && outgoing.req.method !== 'HEAD';
  // The answer to a HEAD announces a body that it does not have.
  const size = lie === undefined && body.length === 0 ? (announced ?? '0') : (lie ?? body).length;
  const length = isEndless ? {} : { 'content-length': size };
  const date = fault.kind === 'clock' ? { date: new Date(Date.now() + fault.aheadMs).toUTCString() } : {};
  const modified = headers['last-modified'];
  const age = fault.kind === 'older' && modified ? { 'last-modified': before(modified, fault.byMs).toUTCString() } : {};
  outgoing.writeHead(response.statusCode ?? 502, { ...headers, ...length, ...date, ...age });
  const middle = Math.floor(body.length / 2);
  switch (fault.kind) {
    case 'slow':
      trickle(outgoing, body);
      return;
    case 'reset':
      outgoing.write(body.subarray(0, middle), () => outgoing.socket?.resetAndDestroy());
      return;
    case 'truncate':
      outgoing.write(body.subarray(0, middle), () => outgoing.socket?.end());
      return;
    case 'flip':
      if (body.length > 0) body[middle] = (body[middle] ?? 0) ^ 0x10;
      outgoing.end(body);
      return;
    case 'lie':
    case 'older':
      outgoing.end(lie);
      return;
    case 'endless':
      if (isEndless) pour(outgoing);
      else outgoing.end();
      return;
    case 'none':
    case 'clock':
    case 'redirect':
    case 'hang':
    case 'status':
    case 'reset-request':
      outgoing.end(body);
  }
}

function lieOf(fault: Fault, path: string, body: Buffer): Buffer | undefined {
  if (fault.kind === 'lie') return fault.tell(path, body);
  if (fault.kind !== 'older' || body.length === 0) return undefined;
  const listed = body.toString('latin1');
  const older = listed.replaceAll(/(?<=<LastModified>)[^<]+/g, (time) => before(time, fault.byMs).toISOString());
  return Buffer.from(older, 'latin1');
}

function before(time: string, byMs: number): Date {
  return new Date(Date.parse(time) - byMs);
}

function trickle(outgoing: ServerResponse, body: Buffer): void {
  let at = 0;
  // Who asked may have left before the target answered: then there is no end to wait for.
  if (outgoing.destroyed || outgoing.socket?.destroyed !== false) return;
  outgoing.flushHeaders();
  const timer = setInterval(() => {
    if (at < body.length && !outgoing.destroyed) outgoing.write(body.subarray(at, ++at));
    else {
      clearInterval(timer);
      outgoing.end();
    }
  }, 1000);
  outgoing.on('close', () => clearInterval(timer));
}

function pour(outgoing: ServerResponse): void {
  const bytes = Buffer.alloc(64 * 1024, 'x');
  const more = (): void => {
    while (!outgoing.destroyed && outgoing.write(bytes));
  };
  outgoing.on('drain', more);
  more();
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
