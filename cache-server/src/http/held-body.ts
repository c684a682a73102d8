import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** A client that did not wait for leave has so long to read its answer, milliseconds. */
const LINGER_MS = 5_000;

/** Requests whose client waits for leave to send its body, and what gives it. */
const held = new WeakMap<Readable, () => void>();

/**
 * A client that asks for it (`Expect: 100-continue`) sends its body when somebody wants to read that: what is refused, or is here already,
 * never travels. After an answer without that Node closes the connection, as nobody can tell whether the body still comes before the next
 * request.
 */
export function holdBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.httpVersion !== '1.1' || request.headers.expect?.toLowerCase() !== '100-continue') return;
  // Before Node closes the connection.
  response.prependListener('finish', () => {
    if (held.has(request)) linger(request.socket);
  });
  held.set(request, () => {
    held.delete(request);
    response.writeContinue();
  });
}

/** Somebody reads the body of a request now. */
export function letBodyCome(request: Readable): void {
  held.get(request)?.();
}

/** Closes it when the other side does, or after a while. At once, with bytes that have come unread, the answer would be lost on its way. */
function linger(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  };
}
