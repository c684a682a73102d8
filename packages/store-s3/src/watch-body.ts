import type { Readable } from 'node:stream';
import { StalledError } from './s3-failure.js';

/** A body that brings less than this while we wait for it is not worth the wait, bytes in a second. */
const SLOWEST = 1024;

/**
 * The bytes of a body; breaks off when the time spent waiting for it reaches `stallMs` and hardly a byte came in it. The time
 * that the reader takes for itself does not count. Ends the body when it is left early.
 */
export async function* watchBody(body: Readable, stallMs: number): AsyncGenerator<Uint8Array, void, undefined> {
  let isWaiting = true;
  const timer = setTimeout(() => {
    if (isWaiting) body.destroy(new StalledError());
  }, stallMs);
  let waitedMs = 0;
  let bytes = 0;
  try {
    const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
    for (;;) {
      isWaiting = true;
      timer.refresh();
      const startedAt = performance.now();
      const next = await pieces.next();
      isWaiting = false;
      if (next.done === true) return;
      waitedMs += performance.now() - startedAt;
      bytes += next.value.length;
      if (waitedMs > stallMs) {
        if (bytes < (stallMs / 1000) * SLOWEST) throw new StalledError();
        waitedMs = 0;
        bytes = 0;
      }
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
}
