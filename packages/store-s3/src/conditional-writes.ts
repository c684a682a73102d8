import { randomBytes } from 'node:crypto';
import { ok } from '@tr/model';
import type { StoreResult } from '@tr/store';
import type { Bucket } from './bucket.js';

/** Whether the bucket honours `If-None-Match: *` on a PUT. Some servers ignore it, so it is tried, once. */
export interface ConditionalWrites {
  areExact(): Promise<StoreResult<boolean>>;
}

/** Tries it with an object of its own below `probe/`, when somebody wants to know. */
export function createConditionalWrites(bucket: Bucket): ConditionalWrites {
  let probed: Promise<StoreResult<boolean>> | undefined;
  return {
    areExact: async () => {
      probed ??= probe(bucket);
      const result = await probed;
      if (!result.ok) probed = undefined;
      return result;
    },
  };
}

async function probe(bucket: Bucket): Promise<StoreResult<boolean>> {
  const key = `probe/${randomBytes(12).toString('hex')}`;
  const first = await bucket.put(key, Buffer.from('first'));
  if (!first.ok) return first;
  const second = await bucket.put(key, Buffer.from('second'), { mustBeNew: true });
  await bucket.delete(key);
  return second.ok ? ok(second.value === 'taken') : second;
}

/**
 * Puts an object unless a readable one is there. With conditional writes exactly one of many writers wins. Without, one looks
 * first: of writers that look at the same moment the last one wins, and all of them believe that they have stored theirs;
 * every reader then sees one whole object.
 */
export async function putFirst(
  bucket: Bucket,
  conditions: ConditionalWrites,
  object: {
    readonly key: string;
    readonly bytes: Uint8Array;
    /** Is what is there of any use? */
    readonly isReadable: () => Promise<StoreResult<boolean>>;
  },
): Promise<StoreResult<'stored' | 'kept'>> {
  const exact = await conditions.areExact();
  if (!exact.ok) return exact;
  if (exact.value) {
    const put = await bucket.put(object.key, object.bytes, { mustBeNew: true });
    if (!put.ok) return put;
    if (put.value === 'done') return ok('stored');
  }
  const readable = await object.isReadable();
  if (!readable.ok) return readable;
  if (readable.value) return ok('kept');
  const put = await bucket.put(object.key, object.bytes);
  return put.ok ? ok('stored') : put;
}
