import { Readable } from 'node:stream';
import type { StoreResult } from '@tr/store';

/** Pushes a content into a sink; ends with whether what was pushed may be trusted. */
export type PushContent = (sink: (chunk: Uint8Array) => Promise<void>) => Promise<StoreResult<undefined>>;

/** The reader went away. */
class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

/**
 * A stream of what `push` delivers, at the speed of its reader. The last chunk is held back until the result is known:
 * a content that turns out wrong at its end breaks off before it, so that no reader takes it for whole.
 */
export function pullContent(push: PushContent): Readable {
  let wake: (() => void) | undefined;
  let isStarted = false;
  let held: Uint8Array | undefined;
  const stream = new Readable({
    read() {
      if (!isStarted) {
        isStarted = true;
        void run();
      }
      wake?.();
      wake = undefined;
    },
    destroy(error, done) {
      wake?.();
      done(error);
    },
  });
  const deliver = async (chunk: Uint8Array): Promise<void> => {
    if (stream.destroyed) throw new AbandonedError();
    if (!stream.push(chunk)) await new Promise<void>((resolve) => (wake = resolve));
    if (stream.destroyed) throw new AbandonedError();
  };
  const run = async (): Promise<void> => {
    try {
      const result = await push(async (chunk) => {
        const ready = held;
        held = chunk;
        if (ready !== undefined) await deliver(ready);
      });
      if (!result.ok) throw new Error(result.failure.code);
      if (held !== undefined) await deliver(held);
      stream.push(null);
    } catch (error) {
      stream.destroy(error instanceof AbandonedError ? undefined : (error as Error));
    }
  };
  return stream;
}
