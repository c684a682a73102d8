import type { Digest } from '@tr/model';
import type { StoredBlob } from '../ports.js';
import type { StoreResult } from '../trouble.js';
import type { BodyDigest, BodyHash, BodyStore, StoredBody } from '../body-store.js';

/**
 * The name of a shared entry. Every part may be any text: a store keeps names as digests of their parts, so that no
 * part of a name can reach another place.
 */
export interface EntryName {
  /** Who owns it; tenants never see each other. */
  readonly tenant: string;
  /** `main`, `release/1.2`, `pr/7`, `user/ann`. */
  readonly scope: string;
  /** The protocol that it was written through; protocols never see each other's entries. */
  readonly protocol: string;
  /** What the client calls its team, instance or version; `''` when it has none. */
  readonly instance: string;
  readonly key: string;
}

/** The entries of one instance, protocol, scope and tenant. */
export type EntryNamespace = Omit<EntryName, 'key'>;

/** Largest body that may be kept inside the entry itself, bytes. */
export const MAX_INLINE_BYTES = 16 * 1024;

/** A body under a name, with what its protocol wants to know about it. */
export interface Entry {
  readonly name: EntryName;
  /** The body: a blob, or `inline`, which is named by SHA-256. */
  readonly body: BodyDigest;
  /** The body itself; undefined when it is a blob. At most {@link MAX_INLINE_BYTES}. */
  readonly inline: Uint8Array | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** What a hit saves, milliseconds; undefined = unknown. */
  readonly durationMs: number | undefined;
  /** Small facts of the protocol, such as a signature tag. */
  readonly facts: Readonly<Record<string, string>>;
}

/** An entry without its body, of which a list may have any number. */
export type ListedEntry = Omit<Entry, 'inline'>;

/** An entry as upkeep sees it. */
export interface EntryUsage {
  readonly name: EntryName;
  readonly body: BodyDigest;
  /** True when the body is a blob. */
  readonly hasBlob: boolean;
  /** Last use, milliseconds since the epoch; may lag by {@link USE_INTERVAL_MS}. */
  readonly usedAt: number;
  readonly durationMs: number | undefined;
}

/** A use of an entry is noted at most this often, milliseconds. */
export const USE_INTERVAL_MS = 10 * 60 * 1000;

/** How to put an entry. */
export interface EntryPutOptions {
  /** The new entry wins whatever is there. */
  readonly replace?: boolean;
  /** An entry that was found to be of no use (its blob is gone): it gives way, for as long as it is still what is there. */
  readonly over?: Entry | undefined;
}

/** Entries by name. No method rejects for trouble of the store. Safe with many processes at once. */
export interface EntryStore {
  /** Undefined when there is none. Notes the use. One that cannot be trusted is `store/corrupt`, and gives way to the next. */
  get(name: EntryName): Promise<StoreResult<Entry | undefined>>;
  /** Without `replace` the first write wins, atomically: `kept` when a readable entry was there. */
  put(entry: Entry, options?: EntryPutOptions): Promise<StoreResult<'stored' | 'kept'>>;
  /** Fine when there is none. */
  delete(name: EntryName): Promise<StoreResult<undefined>>;
  /** Removes it unless it was stored or used after `usedAt`, milliseconds since the epoch; true when it is gone now. */
  evict(name: EntryName, usedAt: number): Promise<StoreResult<boolean>>;
  /** Every entry of a namespace, newest first. For namespaces that are known to be small. */
  list(namespace: EntryNamespace): Promise<StoreResult<readonly ListedEntry[]>>;
  /** Shows every entry there is to `visit`, in no particular order. */
  scan(visit: (usage: EntryUsage) => void): Promise<StoreResult<undefined>>;
  /**
   * Removes folders in which there has been nothing since `before`, milliseconds since the epoch: every pull request has a scope of its
   * own, and every scope hundreds of folders.
   */
  sweepFolders?(before: number): Promise<StoreResult<undefined>>;
}

/** Part of a content: from `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A body in memory that somebody looks at. Nobody may write to it. */
export interface HeldBody {
  readonly bytes: Uint8Array;
  /** To be called once, when nobody looks at the bytes any more: they become another body's. */
  giveBack(): void;
}

/** A {@link BodyStore} that also takes and gives streams, as a server needs it. */
export interface StreamBlobStore extends BodyStore {
  /**
   * Stores bytes whose digest is known at the end. `accept` is asked then: when it says no, nothing is kept and the value
   * is undefined. Rejects only with what `source` throws, keeping nothing. Chunks must stay as they are until it is done, or
   * until `release` is told of them: a store may do so when it needs a chunk no more, and need not.
   */
  putStream(
    source: AsyncIterable<Uint8Array>,
    accept?: (digest: Digest) => boolean,
    release?: (chunk: Uint8Array) => void,
  ): Promise<StoreResult<StoredBlob | undefined>>;
  /** Like `putStream`, under the name that is made fastest: nobody needs to know it but who reads it from this store. */
  putBody(
    source: AsyncIterable<Uint8Array>,
    accept?: (digest: BodyDigest) => boolean,
    release?: (chunk: Uint8Array) => void,
  ): Promise<StoreResult<StoredBody | undefined>>;
  /**
   * Streams a part of the content into `sink`. Like `read` it may only be trusted when the result is ok, but the content
   * is only verified when it has not been since this process started, or was touched since. Chunks may be kept, but those in
   * `buffer`, which a store may use for content that is verified already: they are good only until `sink` is done, and may be
   * trusted at once.
   */
  readRange(
    digest: BodyDigest,
    range: ByteRange,
    sink: (chunk: Uint8Array) => void | Promise<void>,
    buffer?: Uint8Array,
  ): Promise<StoreResult<undefined>>;
  /**
   * The whole content from memory, where a store keeps some: as it may be trusted when it is read now. Undefined: it has to be read.
   * To be asked once for each request that wants all of it.
   */
  hold?(digest: BodyDigest): HeldBody | undefined;
  /** Shows every blob to `visit`; `youngAt` is when it was stored or found again, milliseconds since the epoch. */
  scanBlobs(
    visit: (blob: { readonly digest: BodyDigest; readonly youngAt: number }) => void,
  ): Promise<StoreResult<undefined>>;
  /**
   * Removes what writers left that were killed: unfinished blobs and entries that nobody has written to since `before`. What was found
   * damaged and set aside goes a week later.
   */
  sweepUnfinished?(before: number): Promise<StoreResult<undefined>>;
  /** Removes a blob unless it was stored or found again after `youngAt`; true when it is gone now. */
  deleteBlob(hash: BodyHash, youngAt: number): Promise<StoreResult<boolean>>;
}
