import { ok } from '@tr/model';
import type { StoreResult } from '@tr/store';
import type { Bucket } from './bucket.js';
import { attemptS3 } from './s3-failure.js';

/** A small object, read whole. */
export interface ReadObject {
  /** Undefined when it is larger than was asked for. */
  readonly bytes: Uint8Array | undefined;
  readonly etag: string;
  /** Milliseconds since the epoch, by the clock of S3. */
  readonly modifiedAt: number;
}

/** A whole object of at most `limit` bytes; undefined when there is none. */
export async function readObject(
  bucket: Bucket,
  key: string,
  limit: number,
): Promise<StoreResult<ReadObject | undefined>> {
  const body = await bucket.get(key);
  if (!body.ok || body.value === undefined) return body.ok ? ok(undefined) : body;
  const { bytes, etag, modifiedAt } = body.value;
  return await attemptS3(key, async () => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of bytes) {
      size += piece.length;
      if (size > limit) return { bytes: undefined, etag, modifiedAt };
      pieces.push(piece);
    }
    return { bytes: Buffer.concat(pieces), etag, modifiedAt };
  });
}
