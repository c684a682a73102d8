import type { ActionKey, Digest, Manifest, Sha256, TaskId } from '@tr/model';
import type { ContentBuffer } from './content-buffer.js';
import type { StoreResult } from './trouble.js';

/** A blob after it was put. */
export interface StoredBlob {
  readonly digest: Digest;
  /** False when the store had it already. */
  readonly added: boolean;
}

/**
 * Bytes named by their SHA-256 (the CAS). No method rejects for trouble of the store. Safe with many processes at
 * once: a blob is either whole or not there.
 */
export interface BlobStore {
  /** Those of `digests` that are not there with the right size, in the given order. Reads no content. */
  findMissing(digests: readonly Digest[]): Promise<StoreResult<readonly Digest[]>>;
  /**
   * Streams the content into `sink`. What the sink got may only be trusted when the result is ok: a digest that does
   * not match is known at the end, the blob is then set aside and the failure is `store/corrupt`. `buffer`: lent for the chunks,
   * which are then good only until `sink` is done; without it they are the sink's to keep.
   */
  read(
    digest: Digest,
    sink: (chunk: Uint8Array) => void | Promise<void>,
    buffer?: ContentBuffer,
  ): Promise<StoreResult<undefined>>;
  /** The whole content, verified. For small blobs. `buffer`: lent for it. */
  readBytes(digest: Digest, buffer?: ContentBuffer): Promise<StoreResult<Uint8Array>>;
  /** `digest`: theirs, by who has just computed it. The bytes may change once they are stored. */
  putBytes(bytes: Uint8Array, digest?: Digest): Promise<StoreResult<StoredBlob>>;
  /** Stores the content of a file; the digest is that of the bytes that were stored, whatever happened to the file. */
  putFile(path: string): Promise<StoreResult<StoredBlob>>;
  /**
   * A read-only local file with this content, to link or to clone; undefined when the store has none to give.
   * Content is not read unless size or time stamp show that somebody touched the file.
   */
  localFile(digest: Digest, executable: boolean): Promise<StoreResult<string | undefined>>;
}

/** A manifest as it is stored. */
export interface StoredManifest {
  readonly manifest: Manifest;
  /** SHA-256 of its stored bytes. */
  readonly digest: Sha256;
}

/** A manifest after it was put. */
export interface PutManifest {
  /** `kept`: a readable manifest of this key was there first and stays. */
  readonly outcome: 'stored' | 'kept';
  /** Of the manifest that is there now. */
  readonly digest: Sha256;
}

/** Manifests by action key. First write wins. No method rejects for trouble of the store. */
export interface ActionStore {
  /** Undefined when there is none. A manifest that cannot be trusted is `store/corrupt`, and gives way to the next. */
  get(key: ActionKey): Promise<StoreResult<StoredManifest | undefined>>;
  /** `replace`: the new manifest wins (the caller knows that the old one is of no use). */
  put(manifest: Manifest, options?: { readonly replace: boolean }): Promise<StoreResult<PutManifest>>;
  /** Keys of a task, newest first. They may be gone by the time they are read. */
  listByTask(task: TaskId, limit: number): Promise<StoreResult<readonly ActionKey[]>>;
  /** Fine when there is none. */
  delete(key: ActionKey): Promise<StoreResult<undefined>>;
}
