import pLimit from 'p-limit';
import { createPacer, SERVING_BUDGET_MS, type Entry, type Pacer } from '@tr/store';
import type { BodySource, CacheSession, EntryKey, WriteReport } from '../../session/cache-session.js';
import { Problem } from '../../http/problem.js';
import { EMPTY_HASH, type CasDigest } from './cas-digest.js';
import { blobsOfDirectory, blobsOfJson, blobsOfResult, blobsOfTree, type NamedBlobs } from './referenced-blobs.js';
import { WireError } from '../wire.js';

/** Form of an action result: clients that write JSON read JSON, so both are kept apart. */
export type ResultForm = 'protobuf' | 'json';

/** Larger results and trees are not looked into, bytes: they are misses. */
const MAX_PARSED_BYTES = { protobuf: 32 * 1024 * 1024, json: 4 * 1024 * 1024 } as const;
/** Nor is a result that names more blobs, or of whose trees and directories there is more to read. */
const MAX_NAMED = 250_000;
const MAX_READ_BYTES = 256 * 1024 * 1024;
/** Of larger messages only a few are in memory at once, bytes: each takes several times its size while it is looked into. */
const LARGE_BYTES = 1024 * 1024;
const PARALLEL_LARGE = 2;
/** Blobs that are asked for at once, of those that a message names. */
const NAMED_AT_ONCE = 1024;
/** A result with more directories of its own is not looked into either: each is a read. */
const MAX_DIRECTORIES = 50_000;
/** The largest that a message has room for, bytes. */
export const MAX_DIRECTORY_BYTES = 3 * 1024 * 1024;
const PREFIX = { protobuf: 'ac', json: 'ac-json' } as const;

/** Directories of a walk that are read at once. */
const PARALLEL = 16;

const largeResults = pLimit(PARALLEL_LARGE);
const largeTrees = pLimit(PARALLEL_LARGE);

/** What is left of what is looked at for one result. */
interface Allowance {
  named: number;
  bytes: number;
  readonly pacer: Pacer;
}

/** A `Directory` message of a tree. */
export interface WalkedDirectory {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** The two stores of the remote API as one session sees them: one instance. */
export class BazelCache {
  readonly #session: CacheSession;
  readonly #instance: string;

  constructor(session: CacheSession, instance: string) {
    this.#session = session;
    this.#instance = instance;
  }

  /** A blob; undefined when it is not there. The empty blob has no entry, see {@link EMPTY_HASH}. */
  async findBlob(hash: string): Promise<Entry | undefined> {
    return await this.#session.find(this.#casKey(hash));
  }

  /** Those that are not there, in the given order. */
  async findMissing(digests: readonly CasDigest[]): Promise<readonly CasDigest[]> {
    const wanted = digests.filter(({ hash }) => hash !== EMPTY_HASH);
    const found = await this.#session.sizesOf(wanted.map(({ hash }) => this.#casKey(hash)));
    return wanted.filter(({ size }, at) => found[at] !== size);
  }

  /** Stores a blob; throws `bad-digest` for other content. */
  async putBlob(
    digest: { readonly hash: string; readonly size?: number },
    body: BodySource | Uint8Array,
    length?: number,
  ): Promise<WriteReport> {
    return await this.#session.write(this.#casKey(digest.hash), body, {
      expected: digest,
      ...(length === undefined ? {} : { length }),
    });
  }

  /** An action result with all of its blobs there; a result that lacks one is a miss. */
  async findResult(hash: string, form: ResultForm): Promise<Entry | undefined> {
    const entry = await this.#session.find({ instance: this.#instance, key: `${PREFIX[form]}/${hash}` });
    if (entry === undefined || isForeign(hash)) return entry;
    if (entry.body.size > MAX_PARSED_BYTES[form]) return undefined;
    const look = async (): Promise<boolean> => await this.#isComplete(entry, form);
    return (await (entry.body.size > LARGE_BYTES ? largeResults(look) : look())) ? entry : undefined;
  }

  /** Stores an action result over another: the client knows that it has run the action anew. */
  async putResult(
    hash: string,
    form: ResultForm,
    content: { readonly body: BodySource | Uint8Array; readonly length: number },
  ): Promise<void> {
    const key = { instance: this.#instance, key: `${PREFIX[form]}/${hash}` };
    await this.#session.write(key, content.body, { mode: 'replace', length: content.length });
  }

  async #isComplete(entry: Entry, form: ResultForm): Promise<boolean> {
    const left = { named: MAX_NAMED, bytes: MAX_READ_BYTES, pacer: createPacer(SERVING_BUDGET_MS) };
    try {
      const bytes = await this.#session.readBytes(entry);
      if (form === 'json')
        return await this.#haveEach(blobsOfJson(JSON.parse(Buffer.from(bytes).toString('utf8'))), left);
      const { blobs, trees, directories } = blobsOfResult(bytes);
      if (!(await this.#haveEach(blobs, left))) return false;
      for (const tree of distinct(trees)) if (!(await this.#haveTree(tree, left))) return false;
      return await this.#haveAll(distinct(directories), left);
    } catch (error) {
      if (error instanceof WireError || error instanceof SyntaxError) return false;
      throw error;
    }
  }

  /**
   * A directory and those in it, at any depth, each once, level by level; what is not here is left out. Throws `not-found` when the first
   * is not here, `bad-request` for what is no directory, `too-large` for what no client has made.
   */
  async *walk(root: CasDigest): AsyncIterable<WalkedDirectory> {
    const queue = [root];
    const seen = new Set([root.hash]);
    const pacer = createPacer(SERVING_BUDGET_MS);
    for (let at = 0; at < queue.length;) {
      const batch = takeBatch(queue, at);
      const read = await Promise.all(batch.map((directory) => this.#readDirectory(directory)));
      if (at === 0 && read[0] === undefined) throw new Problem('not-found');
      at += batch.length;
      for (const directory of read) {
        if (directory === undefined) continue;
        for (const inner of directory.inside) {
          if (seen.has(inner.hash)) continue;
          if (seen.add(inner.hash).size > MAX_DIRECTORIES)
            throw new Problem('too-large', 'a tree of too many directories');
          queue.push(inner);
        }
        yield directory;
        await pacer.turn();
      }
    }
  }

  /** Undefined when it is not here. */
  async #readDirectory({
    hash,
    size,
  }: CasDigest): Promise<(WalkedDirectory & { readonly inside: readonly CasDigest[] }) | undefined> {
    if (hash === EMPTY_HASH) return { hash, bytes: new Uint8Array(), inside: [] };
    if (size > MAX_DIRECTORY_BYTES) throw new Problem('too-large', 'a directory that no message has room for');
    const entry = await this.findBlob(hash);
    if (entry?.body.size !== size) return undefined;
    const bytes = await this.#session.readBytes(entry);
    try {
      return { hash, bytes, inside: [...distinct(blobsOfDirectory(bytes).directories)] };
    } catch (error) {
      throw error instanceof WireError ? new Problem('bad-request', 'not a directory') : error;
    }
  }

  /** True when a tree is here with all files in it. */
  async #haveTree(tree: CasDigest, left: Allowance): Promise<boolean> {
    const look = async (): Promise<boolean> => await this.#haveEach(blobsOfTree(await this.#read(tree, left)), left);
    return await (tree.size > LARGE_BYTES ? largeTrees(look) : look());
  }

  /** True when directories are here with all that is in them, at any depth. Equal ones are looked at once. */
  async #haveAll(directories: Iterable<CasDigest>, left: Allowance): Promise<boolean> {
    const queue = [...directories];
    const seen = new Set(queue.map(({ hash }) => hash));
    // It grows while it is gone through.
    for (const directory of queue) {
      const named = blobsOfDirectory(await this.#read(directory, left));
      if (!(await this.#haveEach(named.blobs, left))) return false;
      for (const inner of distinct(named.directories)) {
        if (seen.has(inner.hash)) continue;
        if (seen.add(inner.hash).size > MAX_DIRECTORIES) return false;
        queue.push(inner);
      }
    }
    return true;
  }

  /** True when each is here. Some at a time: a message that names many is not to become many times its size. */
  async #haveEach(digests: NamedBlobs, left: Allowance): Promise<boolean> {
    let some: CasDigest[] = [];
    let places = 0;
    const haveSome = async (): Promise<boolean> => (await this.findMissing(some)).length === 0;
    for (const digest of digests) {
      if (digest !== undefined) some.push(digest);
      if (--left.named < 0) return false;
      if (++places % NAMED_AT_ONCE > 0) continue;
      if (!(await haveSome())) return false;
      some = [];
      await left.pacer.turn();
    }
    return await haveSome();
  }

  /** A message in the CAS. Throws `WireError` for one that is missing, of another size, or too large. */
  async #read({ hash, size }: CasDigest, left: Allowance): Promise<Uint8Array> {
    if (hash === EMPTY_HASH) return new Uint8Array();
    left.bytes -= size;
    if (size > MAX_PARSED_BYTES.protobuf || left.bytes < 0) throw new WireError();
    const entry = await this.findBlob(hash);
    if (entry?.body.size !== size) throw new WireError();
    return await this.#session.readBytes(entry);
  }

  #casKey(hash: string): EntryKey {
    return { instance: this.#instance, key: `cas/${hash}` };
  }
}

/** Each once: several outputs may be equal. */
function* distinct(digests: NamedBlobs): Iterable<CasDigest> {
  const seen = new Set<string>();
  for (const digest of digests) {
    if (digest === undefined || seen.has(digest.hash)) continue;
    if (seen.add(digest.hash).size > MAX_DIRECTORIES) throw new WireError();
    yield digest;
  }
}

/** What is read at once: little, by its own word, which is the truth of all that is read. */
function takeBatch(queue: readonly CasDigest[], from: number): readonly CasDigest[] {
  let bytes = 0;
  let to = from;
  while (to < queue.length && to - from < PARALLEL && (to === from || bytes <= MAX_DIRECTORY_BYTES))
    bytes += queue[to++]?.size ?? 0;
  return queue.slice(from, to);
}

/**
 * True for a key of ccache's `bazel` layout: its 20-byte key and the first 24 digits of that again. Bodies of those are no
 * action results.
 */
function isForeign(hash: string): boolean {
  return hash.slice(40) === hash.slice(0, 24);
}
