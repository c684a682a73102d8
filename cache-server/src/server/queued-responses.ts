import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Answers to requests that came while an earlier one of their connection was being answered. When the client leaves before their turn, Node
 * says nothing of them (before version 24), and what waits for their end would wait for ever: they are told of it here.
 */
export class QueuedResponses {
  readonly #bySocket = new WeakMap<Socket, Set<ServerResponse>>();

  /** To be told of every answer when it begins. */
  watch(response: ServerResponse, socket: Socket): void {
    if (response.socket !== null) return;
    const queued = this.#bySocket.get(socket) ?? this.#begin(socket);
    queued.add(response);
    // It has its turn, or it is over.
    for (const event of ['socket', 'close']) response.once(event, () => queued.delete(response));
  }

  #begin(socket: Socket): Set<ServerResponse> {
    const queued = new Set<ServerResponse>();
    this.#bySocket.set(socket, queued);
    // After Node, which may say it of some.
    socket.once('close', () => setImmediate(() => queued.forEach(endUnsent)));
    return queued;
  }
}

function endUnsent(response: ServerResponse): void {
  response.destroy();
  response.emit('close');
}
