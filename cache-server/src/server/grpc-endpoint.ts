import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { Problem, type ProblemCode } from '../http/problem.js';
import type { RpcCall, RpcMethod } from '../protocols/protocol.js';
import { readFrames, writeFrame } from './grpc-frames.js';
import { toKnownProblem } from './to-known-problem.js';

/** A call that came in, for the server to say who it is from. */
export interface IncomingCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
}

/** What the endpoint asks the server. */
export interface GrpcBackend {
  /** The method at a path; undefined when there is none. */
  find(path: string): RpcMethod | undefined;
  /** Everything a method needs but its messages. Throws a problem for an unknown caller. */
  open(call: IncomingCall): Promise<Omit<RpcCall, 'messages'>>;
  /** Told once per call, when it is over. `problem` is undefined when it went well. */
  served(call: IncomingCall, problem: Problem | undefined): void;
}

/** gRPC's numbers of what went wrong (grpc.io, "Status codes"). */
const STATUS: Readonly<Record<ProblemCode, number>> = {
  'bad-request': 3,
  'bad-digest': 3,
  'bad-length': 3,
  'no-credential': 16,
  'bad-credential': 16,
  'ended-credential': 16,
  'read-only': 7,
  'no-scope': 7,
  'not-revoked': 7,
  unsigned: 7,
  'not-stored': 7,
  'not-found': 5,
  'wrong-method': 12,
  'wrong-version': 12,
  'already-exists': 6,
  'length-required': 3,
  'too-large': 8,
  'bad-range': 11,
  'too-many-failures': 16,
  internal: 13,
  'store-trouble': 14,
  draining: 14,
  full: 8,
};

/**
 * Answers one call over HTTP/2. Never rejects. A request of another protocol is refused with a status of HTTP: the 200 under
 * which gRPC tells of trouble would be a stored result to its sender.
 */
export async function answerCall(
  backend: GrpcBackend,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  const call: IncomingCall = {
    path: String(headers[':path'] ?? ''),
    headers,
    address: stream.session?.socket.remoteAddress ?? '',
  };
  let problem: Problem | undefined;
  try {
    await runMethod(backend, stream, call);
  } catch (error) {
    problem = toKnownProblem(error);
    if (isGrpc(headers)) sendStatus(stream, problem);
    else sendProblem(stream, problem);
  }
  // What the client still sends is of no use, but must not fill its window.
  stream.resume();
  backend.served(call, problem);
}

async function runMethod(backend: GrpcBackend, stream: ServerHttp2Stream, call: IncomingCall): Promise<void> {
  const opened = await backend.open(call);
  const method = backend.find(call.path);
  if (method === undefined) throw new Problem('wrong-method');
  for await (const message of method({ ...opened, messages: readFrames(stream) })) {
    // The client has left, be it before the answer began.
    if (stream.destroyed) return;
    if (!stream.headersSent) startAnswer(stream);
    if (!writeFrame(stream, message)) await drained(stream);
  }
  if (stream.destroyed) return;
  if (!stream.headersSent) startAnswer(stream);
  stream.end();
}

function startAnswer(stream: ServerHttp2Stream): void {
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
}

function sendStatus(stream: ServerHttp2Stream, problem: Problem): void {
  if (stream.destroyed || stream.closed) return;
  const status = { 'grpc-status': String(STATUS[problem.code]), 'grpc-message': encodeURIComponent(problem.text) };
  if (!stream.headersSent) {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true });
    return;
  }
  // In the middle of an answer: the client must not take it for whole.
  stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}

/** True for what may be a call; else it is a request that came over HTTP/2. */
export function isGrpc(headers: IncomingHttpHeaders): boolean {
  return /^application\/grpc(?:$|[+;])/.test(headers['content-type'] ?? '');
}

function sendProblem(stream: ServerHttp2Stream, problem: Problem): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': problem.status, 'content-type': 'text/plain' });
  stream.end(problem.text);
}

async function drained(stream: ServerHttp2Stream): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
