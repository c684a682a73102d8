import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http';
import {
  constants,
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { createServer as createNetServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { QueuedResponses } from './queued-responses.js';

/** No header may take longer than this, milliseconds. */
const HEADERS_TIMEOUT_MS = 60_000;
/** A connection on which nothing moves for this long is cut, unless it is this server that is awaited. */
const IDLE_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_MS = 65_000;
/** First bytes of HTTP/2 without TLS. */
const HTTP2_PREFACE = 'PRI';
/** HTTP/2 uploads crawl with the default of 64 KiB. */
const HTTP2_WINDOW_BYTES = 8 * 1024 * 1024;
/** Calls of one connection at once; clients know to wait with more, or open another connection. */
const HTTP2_STREAMS = 100;
/**
 * Memory of one connection, MB: above it Node refuses calls (`ENHANCE_YOUR_CALM`), which ends builds. Its default of 10 is reached by ten
 * readers that are slower than the disk. So many calls of the largest message have room: what bounds it is their number.
 */
const HTTP2_MEMORY_MB = 1000;

/** Who answers what comes in. */
export interface ConnectionHandlers {
  readonly onRequest: RequestListener;
  /** A request over HTTP/2: gRPC only. */
  readonly onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;
  /** Told when a connection could not be taken, such as for want of file descriptors; the next one may be. */
  readonly onTrouble: (error: Error) => void;
}

/** The listening side: HTTP/1.1 and HTTP/2 on one port, plain or TLS. */
export interface Connections {
  listen(host: string, port: number): Promise<AddressInfo>;
  /** Takes no new connections; resolves when the last one is closed. */
  stop(): Promise<void>;
  /** Cuts what is left. */
  cut(): void;
}

/** Sockets that count what moves over them, so that idle ones can be cut and all of them on shutdown. */
export function createConnections(
  handlers: ConnectionHandlers,
  tls: { readonly cert: string; readonly key: string } | undefined,
  idleMs = IDLE_TIMEOUT_MS,
): Connections {
  const http = createHttpServer({
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: 0,
  });
  http.setTimeout(idleMs);
  // Node starts to watch connections (slow headers, idle ones on close) when a server listens, which this one never does.
  http.emit('listening');
  const queued = new QueuedResponses();
  const receive: RequestListener = (request, response) => {
    queued.watch(response, request.socket);
    response.on('timeout', (socket: Socket) => {
      // A large body goes on to a bucket, or is joined from its parts, while the client waits for the answer.
      if (request.complete && response.writableLength === 0) socket.setTimeout(idleMs);
      else socket.destroy();
    });
    handlers.onRequest(request, response);
  };
  http.on('request', receive);
  // The handler lets the client go on once somebody wants the body.
  http.on('checkContinue', receive);
  const http2 = createHttp2Server({
    settings: { initialWindowSize: HTTP2_WINDOW_BYTES, maxConcurrentStreams: HTTP2_STREAMS },
    maxSessionMemory: HTTP2_MEMORY_MB,
  });
  prepareHttp2(http2, handlers, idleMs);
  const front = tls === undefined ? createPlainFront(http, http2) : createTlsFront(tls, http, http2);
  const sockets = new Set<Socket>();
  front.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  return {
    listen: async (host, port) => {
      await new Promise<void>((resolve, reject) => {
        front.once('error', reject);
        front.listen(port, host, () => {
          front.off('error', reject);
          front.on('error', handlers.onTrouble);
          resolve();
        });
      });
      return front.address() as AddressInfo;
    },
    stop: () =>
      new Promise((resolve) => {
        front.close(() => resolve());
        // Closes what is idle; that it never listened is no news.
        http.close(() => {});
      }),
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Looks at the first bytes of a connection to see which protocol it speaks. */
function createPlainFront(http: HttpServer, http2: Http2Server): NetServer {
  return createNetServer((socket) => {
    const giveUp = (): void => void socket.destroy();
    socket.setTimeout(IDLE_TIMEOUT_MS, giveUp);
    // 'readable' and unshift: with 'data' the HTTP/2 session would miss the start and die.
    const look = (): void => {
      const first = socket.read() as Buffer | null;
      if (first === null) return;
      socket.off('readable', look);
      socket.unshift(first);
      // From here on the server of the protocol watches the time.
      socket.setTimeout(0);
      socket.off('timeout', giveUp);
      const isHttp2 = first.toString('latin1', 0, HTTP2_PREFACE.length) === HTTP2_PREFACE;
      (isHttp2 ? http2 : http).emit('connection', socket);
    };
    socket.on('readable', look);
  });
}

/** Goes by what the client agreed to in the handshake. */
function createTlsFront(
  tls: { readonly cert: string; readonly key: string },
  http: HttpServer,
  http2: Http2Server,
): NetServer {
  // The first that the client knows too: clients of gRPC know HTTP/2 only, and for others that is not served.
  const options = { ...tls, ALPNProtocols: ['http/1.1', 'h2'], minVersion: 'TLSv1.2' as const };
  const front = createTlsServer(options, (socket) => {
    (socket.alpnProtocol === 'h2' ? http2 : http).emit('connection', socket);
  });
  front.on('tlsClientError', (_error, socket) => socket.destroy());
  return front;
}

function prepareHttp2(server: Http2Server, { onStream }: ConnectionHandlers, idleMs: number): void {
  server.on('session', (session) => {
    const streams = new Set<ServerHttp2Stream>();
    session.on('stream', (stream) => {
      streams.add(stream);
      stream.on('close', () => streams.delete(stream));
    });
    session.setLocalWindowSize(HTTP2_WINDOW_BYTES);
    session.setTimeout(idleMs);
    session.on('timeout', () => {
      if ([...streams].some(isAwaited)) session.setTimeout(idleMs);
      else session.destroy();
    });
    session.on('error', () => session.destroy());
  });
  server.on('sessionError', () => {});
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {});
    onStream(stream, headers);
  });
}

/** True when the client has said all it has to say, and takes what it is told. */
function isAwaited({ state, writableLength }: ServerHttp2Stream): boolean {
  return state.state === constants.NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE && writableLength === 0;
}
