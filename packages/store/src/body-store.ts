import type { RunningDigest } from '@tr/hash';
import type { Blake3, Sha256 } from '@tr/model';
import type { ContentBuffer } from './content-buffer.js';
import type { BlobStore } from './ports.js';
import type { StoreResult } from './trouble.js';

/** The name of a body: SHA-256 as everywhere, or BLAKE3 where a store named it for itself. */
export type BodyHash = Sha256 | Blake3;

/** Name and size of a body. */
export interface BodyDigest {
  readonly hash: BodyHash;
  /** Bytes. */
  readonly size: number;
}

/** Name and size by BLAKE3. */
export interface Blake3Digest extends BodyDigest {
  readonly hash: Blake3;
}

/** A body after it was put. */
export interface StoredBody {
  readonly digest: BodyDigest;
  /** False when the store had it already. */
  readonly added: boolean;
}

/** Begins a BLAKE3 of bytes that come in pieces. */
export type BeginBlake3 = () => RunningDigest<Blake3Digest>;

/** A {@link BlobStore} that holds bodies under either name. One whose name it cannot verify is missing. */
export interface BodyStore extends BlobStore {
  findMissing<Named extends BodyDigest>(digests: readonly Named[]): Promise<StoreResult<readonly Named[]>>;
  read(
    digest: BodyDigest,
    sink: (chunk: Uint8Array) => void | Promise<void>,
    buffer?: ContentBuffer,
  ): Promise<StoreResult<undefined>>;
  readBytes(digest: BodyDigest, buffer?: ContentBuffer): Promise<StoreResult<Uint8Array>>;
}

const MARK = '-b3';

/** The name that 64 lower-case hex digits of BLAKE3 make. What SHA-256 is asked for takes it for no name at all. */
export function toBlake3(hex: string): Blake3 {
  return `${hex}${MARK}` as Blake3;
}

/** True for a name of {@link toBlake3}. */
export function isBlake3(text: unknown): text is Blake3 {
  return typeof text === 'string' && /^[0-9a-f]{64}-b3$/.test(text);
}
