import type { Readable } from 'node:stream';
import { Problem } from './problem.js';

/** More than this much that nobody has taken holds the sender back, bytes. */
const MAX_QUEUED = 256 * 1024;
/** What a chunk takes beside its bytes, by estimate: a client may send them one by one. */
const CHUNK_HEAD_BYTES = 256;
const END: IteratorResult<Uint8Array> = { done: true, value: undefined };

interface Waiting {
  readonly resolve: (result: IteratorResult<Uint8Array>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The chunks of a stream. Unlike the stream's own iterator it waits for nothing but the data (half the cost for small bodies)
 * and never destroys the stream: left early, that is paused. Rejects when it breaks off.
 */
export function iterateChunks(stream: Readable): AsyncIterator<Uint8Array, undefined> {
  let queue: Uint8Array[] = [];
  let queued = 0;
  let waiting: Waiting | undefined;
  let ended: 'whole' | Error | undefined;

  const onData = (chunk: Uint8Array): void => {
    if (waiting !== undefined) {
      const { resolve } = waiting;
      waiting = undefined;
      return resolve({ done: false, value: chunk });
    }
    queue.push(chunk);
    queued += chunk.length + CHUNK_HEAD_BYTES;
    if (queued > MAX_QUEUED) stream.pause();
  };
  const settle = (how: 'whole' | Error): void => {
    ended ??= how;
    leave();
    if (ended === 'whole') waiting?.resolve(END);
    else waiting?.reject(ended);
    waiting = undefined;
  };
  const onEnd = (): void => settle('whole');
  const onError = (error: Error): void => settle(error);
  const onClose = (): void => settle(new Problem('bad-length', 'the client broke off'));
  const leave = (): void => {
    stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
    // What goes wrong from here on is nobody's business any more.
    stream.on('error', () => {});
  };
  if (stream.readableEnded) ended = 'whole';
  else if (stream.destroyed) ended = new Problem('bad-length', 'the client broke off');
  else stream.on('end', onEnd).on('error', onError).on('close', onClose).on('data', onData);

  return {
    next: () => {
      const chunk = queue.shift();
      if (chunk !== undefined) {
        queued -= chunk.length + CHUNK_HEAD_BYTES;
        if (queue.length === 0 && stream.isPaused()) stream.resume();
        return Promise.resolve({ done: false, value: chunk });
      }
      if (ended === 'whole') return Promise.resolve(END);
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise((resolve, reject) => (waiting = { resolve, reject }));
    },
    return: async () => {
      queue = [];
      if (ended === undefined) {
        leave();
        stream.pause();
      }
      return END;
    },
  };
}
