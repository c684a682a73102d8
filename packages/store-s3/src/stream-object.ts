import { ok } from '@tr/model';
import type { StoreResult } from '@tr/store';
import type { Bucket } from './bucket.js';
import { attemptS3 } from './s3-failure.js';

/** How often a read that broke off goes on from where it was. */
const RESUMES = 2;

/** What to read, and where it goes. */
export interface ObjectReading {
  readonly key: string;
  /** First and last byte. */
  readonly start: number;
  readonly end: number;
  /** Asks for no range, so that an object of another size shows. Of what is too much one piece is read, not all of it. */
  readonly isWhole: boolean;
  /** Only of the object with this etag; of any unless given. */
  readonly etag?: string | undefined;
  readonly sink: (piece: Uint8Array) => void | Promise<void>;
}

/**
 * Streams an object, or a part of it, into a sink; a connection that breaks off is followed by another one from where it was.
 * The value is the etag, undefined when there is no such object. Objects must never change under their key.
 */
export async function streamObject(bucket: Bucket, reading: ObjectReading): Promise<StoreResult<string | undefined>> {
  const { key, start, end, isWhole, sink } = reading;
  let at = start;
  for (let resumes = 0; ; resumes++) {
    const object = await bucket.get(key, isWhole && at === start ? undefined : { start: at, end });
    if (!object.ok || object.value === undefined) return object.ok ? ok(undefined) : object;
    const { bytes, etag } = object.value;
    const isOther = reading.etag !== undefined && etag !== reading.etag;
    const before = at;
    let isSinkDone = true;
    const streamed = await attemptS3(key, async () => {
      for await (const piece of bytes) {
        if (isOther) return undefined;
        at += piece.length;
        isSinkDone = false;
        await sink(piece);
        isSinkDone = true;
        if (at > end + 1) break;
      }
      return isOther ? undefined : etag;
    });
    const mayGoOn = isSinkDone && at > before && at <= end && resumes < RESUMES;
    if (streamed.ok || !mayGoOn) return streamed;
  }
}
