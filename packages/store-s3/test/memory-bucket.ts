import { createHash } from 'node:crypto';
import { ok } from '@tr/model';
import type { Bucket } from '../src/index.js';

/** A bucket in memory. `exact`: honours conditional writes, or only those that ask for absence; others ignore them without a word. */
export function createMemoryBucket(exact: boolean | 'absent'): {
  readonly bucket: Bucket;
  readonly objects: Map<string, Uint8Array>;
} {
  const objects = new Map<string, Uint8Array>();
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  const bucket: Bucket = {
    head: async (key) => {
      const bytes = objects.get(key);
      return ok(bytes && { key, size: bytes.length, etag: etagOf(bytes), modifiedAt: 0 });
    },
    get: async (key, range) => {
      const bytes = objects.get(key);
      await turn();
      return ok(
        bytes && {
          bytes: pieces([bytes.subarray(range?.start ?? 0, range && range.end + 1)]),
          etag: etagOf(bytes),
          modifiedAt: 0,
        },
      );
    },
    put: async (key, body, condition) => {
      await turn();
      const there = objects.get(key);
      if (exact !== false && condition?.kind === 'absent' && there !== undefined) return ok('refused');
      if (
        exact === true &&
        condition?.kind === 'unchanged' &&
        (there === undefined || etagOf(there) !== condition.etag)
      )
        return ok('refused');
      objects.set(key, Uint8Array.from(body));
      return ok('done');
    },
    putParts: async (key, parts) => {
      const pieces: Uint8Array[] = [];
      for await (const part of parts) pieces.push(Uint8Array.from(part));
      objects.set(key, Buffer.concat(pieces));
      return ok(undefined);
    },
    delete: async (key) => {
      objects.delete(key);
      return ok(undefined);
    },
    refresh: async () => ok(undefined),
    list: async (prefix, visit) => {
      for (const [key, bytes] of objects)
        if (key.startsWith(prefix)) await visit({ key, size: bytes.length, etag: etagOf(bytes), modifiedAt: 0 });
      return ok(undefined);
    },
    now: () => 0,
    close: () => undefined,
  };
  return { bucket, objects };
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

async function* pieces(all: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* all;
}
