import type { Readable } from 'node:stream';
import type { BodyDigest, ByteRange, Entry, HeldBody, ListedEntry } from '@tr/store';
import type { Identity } from '../auth/identity.js';

/** The client's half of a name; the session adds tenant, scope and protocol. */
export interface EntryKey {
  /** Team, instance or version of the client; `''` when it has none. */
  readonly instance: string;
  readonly key: string;
}

/** How to write. */
export interface WriteOptions {
  /** `first-wins` (the default): what is there stays. `replace`: only where the protocol's keys are mutable. */
  readonly mode?: 'first-wins' | 'replace';
  /** What was found to be of no use: it gives way, if it is still what is there. */
  readonly over?: Entry | undefined;
  /** What a hit saves, milliseconds. */
  readonly durationMs?: number | undefined;
  /** At most 16 short values. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Bytes the client announced; a body of another length is refused. */
  readonly length?: number | undefined;
  /** What the content must be; other content is refused: `bad-digest`. */
  readonly expected?: { readonly hash: string; readonly size?: number } | undefined;
}

/**
 * The cache as one credential sees it through one protocol. Reads look in its own scope, then in the parents of that;
 * writes go to its own scope. Everything throws a `Problem` for trouble (never for a miss).
 */
export interface CacheSession {
  readonly identity: Identity;
  /** The nearest entry, undefined for a miss. An entry whose body is gone is a miss. Notes the use. */
  find(key: EntryKey): Promise<Entry | undefined>;
  /** The same for many at once, in the given order. */
  findAll(keys: readonly EntryKey[]): Promise<readonly (Entry | undefined)[]>;
  /** Bytes of the body for each key that has an entry, in the given order. */
  sizesOf(keys: readonly EntryKey[]): Promise<readonly (number | undefined)[]>;
  /** All entries of an instance, nearest scope first, then newest first. For instances that are small. */
  list(instance: string): Promise<readonly ListedEntry[]>;
  /** The bodies of such entries, one after the other. Throws when one of them is gone, or another one by now. */
  readListed(entries: readonly ListedEntry[]): AsyncIterable<Uint8Array>;
  /** The body as a stream of exactly its length; breaks off instead of ending when the content turns out wrong. */
  read(entry: Entry, range?: ByteRange): Readable;
  /**
   * Hands a part of the body to `sink`, at its speed. `buffer` is the caller's, for the store to read into: a chunk is good
   * only until `sink` is done. The last one comes after all that is not verified yet has been; trouble is thrown before.
   */
  pour(entry: Entry, range: ByteRange, out: PourTarget): Promise<void>;
  /** The whole body, when it is in memory; to be asked once for each answer that has all of it. */
  hold(entry: Entry): HeldBody | undefined;
  /** The whole body, verified. Only for bodies known to be small. */
  readBytes(entry: Entry): Promise<Uint8Array>;
  /** `kept`: an entry was there first and stays. Throws `read-only` for a credential that may not write. */
  write(key: EntryKey, body: BodySource | Uint8Array, options?: WriteOptions): Promise<WriteReport>;
  /** Gives the body of an entry of one's own scope another name, without moving it. The first entry of a name stays. */
  adopt(key: EntryKey, entry: Entry): Promise<WriteReport['outcome']>;
  /** Removes the entry of one's own scope, for protocols that let clients drop a bad one. */
  remove(key: EntryKey): Promise<void>;
}

/** A body that comes in. */
export interface BodySource extends AsyncIterable<Uint8Array> {
  /** Takes the body when all of its `length` bytes are here and nobody has taken any; else undefined, and nothing is taken. */
  readonly takeWhole?: (length: number) => Uint8Array | undefined;
  /** Takes a chunk back that nobody looks at any more; need not be called. Undefined = the chunks are not for taking back. */
  readonly release?: (chunk: Uint8Array) => void;
}

/** Where a body is poured. */
export interface PourTarget {
  readonly buffer: Uint8Array;
  readonly sink: (chunk: Uint8Array) => void | Promise<void>;
}

/** What a write did. */
export interface WriteReport {
  readonly outcome: 'stored' | 'kept';
  /** Of the bytes that were sent; undefined when they were not looked at because an entry was there. */
  readonly digest: BodyDigest | undefined;
}
