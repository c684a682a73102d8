import { ok } from '@tr/model';
import type { StoreResult } from '@tr/store';
import { attemptS3, type Bucket } from './bucket.js';

/** A whole small object; undefined when there is none, `too-large` when it has more than `limit` bytes. */
export async function readObject(
  bucket: Bucket,
  key: string,
  limit: number,
): Promise<StoreResult<Uint8Array | 'too-large' | undefined>> {
  const body = await bucket.get(key);
  if (!body.ok) return body;
  const stream = body.value;
  if (stream === undefined) return ok(undefined);
  return await attemptS3(key, async () => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of stream) {
      const bytes = piece as Uint8Array;
      size += bytes.length;
      if (size > limit) return 'too-large';
      pieces.push(bytes);
    }
    return Buffer.concat(pieces);
  });
}
