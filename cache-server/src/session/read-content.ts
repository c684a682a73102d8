import type { Readable } from 'node:stream';
import type { StoreFailure } from '@tr/model';
import type { ByteRange, Entry, StoreResult, StreamBlobStore } from '@tr/store';
import { Problem } from '../http/problem.js';
import type { PourTarget } from './cache-session.js';
import { pullContent } from './pull.js';
import type { RequestTrace } from './request-trace.js';
import { unwrap } from './store-problem.js';

/** What the store says of a body that cannot be had any more: a miss, as it will be for the next one who asks. */
const GONE: readonly StoreFailure['code'][] = ['store/missing', 'store/corrupt'];

/** Where bodies come from, and who is told of damaged ones. */
export interface BodyOrigin {
  readonly blobs: StreamBlobStore;
  readonly trace: RequestTrace;
}

/** What was read, after damage was noted. */
export function noteDamage<T>(read: StoreResult<T>, trace: RequestTrace): StoreResult<T> {
  if (!read.ok && read.failure.code === 'store/corrupt') trace.damaged++;
  return read;
}

/** See {@link CacheSession.read}. */
export function readContent({ blobs, trace }: BodyOrigin, { inline, body }: Entry, range?: ByteRange): Readable {
  const part = range ?? { start: 0, end: body.size - 1 };
  return pullContent(async (sink) => {
    if (inline === undefined) return noteDamage(await blobs.readRange(body, part, sink), trace);
    await sink(inline.subarray(part.start, part.end + 1));
    return { ok: true, value: undefined };
  });
}

/** What is poured. */
export interface PouredPart {
  readonly entry: Entry;
  readonly range: ByteRange;
}

/** See {@link CacheSession.pour}. */
export async function pourContent(
  { blobs, trace }: BodyOrigin,
  { entry: { inline, body }, range }: PouredPart,
  { buffer, sink }: PourTarget,
): Promise<void> {
  if (inline !== undefined) return await sink(inline.subarray(range.start, range.end + 1));
  let held: Uint8Array | undefined;
  const hand = async (chunk: Uint8Array): Promise<void> => {
    if (chunk.buffer === buffer.buffer) return await sink(chunk);
    const ready = held;
    held = chunk;
    if (ready !== undefined) await sink(ready);
  };
  const poured = noteDamage(await blobs.readRange(body, range, hand, buffer), trace);
  if (!poured.ok && GONE.includes(poured.failure.code)) throw new Problem('not-found', poured.failure.code);
  unwrap(poured);
  if (held !== undefined) await sink(held);
}
