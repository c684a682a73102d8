import { digestOf } from '@tr/hash';
import { GatheredBytes } from '@tr/protocol';
import { MAX_INLINE_BYTES, type BodyDigest, type StreamBlobStore } from '@tr/store';
import { Problem } from '../http/problem.js';
import type { Reservation } from '../upkeep/ledger.js';
import type { BodySource, WriteOptions } from './cache-session.js';
import { unwrap } from './store-problem.js';

/** A body after it was received and checked. */
export interface WrittenBody {
  readonly digest: BodyDigest;
  /** The content, when it goes into the entry; else it is a blob now. */
  readonly inline: Uint8Array | undefined;
}

/** What a body may be. */
export type BodyTerms = Pick<WriteOptions, 'length' | 'expected'> & { readonly maxBytes: number };

/** Receives a body, small ones in memory, others into the store. Throws a problem when it is not what was announced. */
export async function writeBody(
  blobs: StreamBlobStore,
  body: BodySource | Uint8Array,
  terms: BodyTerms,
): Promise<WrittenBody> {
  if ((terms.length ?? 0) > terms.maxBytes) throw new Problem('too-large');
  const source = body instanceof Uint8Array ? single(body) : body;
  const announced = body instanceof Uint8Array ? body.length : terms.length;
  if (announced !== undefined && announced <= MAX_INLINE_BYTES)
    return checkWhole(body instanceof Uint8Array ? body : await collect(body, announced), terms);
  let flaw: Problem | undefined;
  const limit = Math.min(terms.maxBytes, announced ?? terms.maxBytes);
  const accept = (digest: BodyDigest): boolean => {
    flaw = findFlaw(digest, terms);
    return flaw === undefined;
  };
  const release = body instanceof Uint8Array ? undefined : body.release;
  const received = bounded(source, limit);
  // Only a client that names its content by SHA-256 has a use for that name.
  const stored = unwrap(
    terms.expected === undefined
      ? await blobs.putBody(received, accept, release)
      : await blobs.putStream(received, accept, release),
  );
  if (flaw !== undefined || stored === undefined) throw flaw ?? new Problem('bad-digest');
  return { digest: stored.digest, inline: undefined };
}

/** The body when all of it is here and small enough to go into an entry; undefined, and nothing was taken, when it is not. */
export async function takeSmall(
  body: BodySource | Uint8Array,
  length: number | undefined,
): Promise<Uint8Array | undefined> {
  if (body instanceof Uint8Array) return body.length <= MAX_INLINE_BYTES ? body : undefined;
  if (length === undefined || length > MAX_INLINE_BYTES) return undefined;
  // A request is told of when its headers are read: what came with them is in the stream after the next microtask at the earliest.
  await Promise.resolve();
  return body.takeWhole?.(length);
}

/** A body that goes into an entry. Throws a problem when it is not what was announced. */
export function checkWhole(bytes: Uint8Array, terms: BodyTerms): WrittenBody {
  const digest = digestOf(bytes);
  const flaw = findFlaw(digest, terms);
  if (flaw !== undefined) throw flaw;
  return { digest, inline: bytes };
}

function findFlaw(digest: BodyDigest, { length, expected }: BodyTerms): Problem | undefined {
  if (length !== undefined && digest.size !== length) return new Problem('bad-length');
  if (expected === undefined) return undefined;
  const isSame = digest.hash === expected.hash && digest.size === (expected.size ?? digest.size);
  return isSame ? undefined : new Problem('bad-digest');
}

/** A body whose length is not known: room for it is asked for as it comes. */
export function withRoom(body: BodySource, reservation: Pick<Reservation, 'grow'>): BodySource {
  return {
    ...body,
    [Symbol.asyncIterator]: () => {
      const chunks = body[Symbol.asyncIterator]();
      return {
        next: async () => {
          const step = await chunks.next();
          if (step.done !== true) await reservation.grow(step.value.length);
          return step;
        },
        return: async () => (await chunks.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}

async function* single(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** Not a generator: that would make a handful of promises for each chunk. */
function bounded(source: AsyncIterable<Uint8Array>, limit: number): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      const chunks = source[Symbol.asyncIterator]();
      const leave = async (): Promise<IteratorResult<Uint8Array>> =>
        (await chunks.return?.()) ?? { done: true, value: undefined };
      let size = 0;
      const check = (step: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> | Promise<never> => {
        if (step.done !== true) size += step.value.length;
        return size <= limit ? step : leave().then(() => Promise.reject(new Problem('too-large')));
      };
      return { next: () => chunks.next().then(check), return: leave };
    },
  };
}

async function collect(source: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const gathered = new GatheredBytes();
  for await (const chunk of source) {
    if (gathered.size + chunk.length > limit) throw new Problem('too-large');
    gathered.add(chunk, limit);
  }
  return gathered.bytes;
}
