import { createPacer, SERVING_BUDGET_MS, type Entry } from '@tr/store';
import type { BodySource, CacheSession, EntryKey, WriteReport } from '../../session/cache-session.js';
import { Problem } from '../../http/problem.js';
import { EMPTY_HASH, type CasDigest } from './cas-digest.js';
import { blobsOfDirectory, blobsOfJson, blobsOfResult, blobsOfTree } from './referenced-blobs.js';
import { WireError } from '../wire.js';

/** Form of an action result: clients that write JSON read JSON, so both are kept apart. */
export type ResultForm = 'protobuf' | 'json';

/** Larger results and trees are not looked into, bytes. */
const MAX_PARSED_BYTES = 64 * 1024 * 1024;
/** A result with more directories of its own is not looked into either: each is a read. */
const MAX_DIRECTORIES = 50_000;
/** The largest that a message has room for, bytes. */
export const MAX_DIRECTORY_BYTES = 3 * 1024 * 1024;
const PREFIX = { protobuf: 'ac', json: 'ac-json' } as const;

/** Directories of a walk that are read at once. */
const PARALLEL = 16;

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
    return (await this.#isComplete(entry, form)) ? entry : undefined;
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
    if (entry.body.size > MAX_PARSED_BYTES) return false;
    try {
      const bytes = await this.#session.readBytes(entry);
      if (form === 'json') {
        const named = blobsOfJson(JSON.parse(Buffer.from(bytes).toString('utf8')));
        return (await this.findMissing(named)).length === 0;
      }
      const { blobs, trees, directories } = blobsOfResult(bytes);
      if ((await this.findMissing([...blobs, ...trees])).length > 0) return false;
      const inTrees = (await Promise.all(trees.map(async (tree) => blobsOfTree(await this.#read(tree))))).flat();
      if ((await this.findMissing(inTrees)).length > 0) return false;
      return await this.#haveAll(directories);
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
      return { hash, bytes, inside: blobsOfDirectory(bytes).directories };
    } catch (error) {
      throw error instanceof WireError ? new Problem('bad-request', 'not a directory') : error;
    }
  }

  /** True when directories are here with all that is in them, at any depth. Equal ones are looked at once. */
  async #haveAll(directories: readonly CasDigest[]): Promise<boolean> {
    const seen = new Set<string>();
    const pacer = createPacer(SERVING_BUDGET_MS);
    for (let level = directories; level.length > 0;) {
      const inside: CasDigest[] = [];
      for (const directory of level) {
        if (seen.has(directory.hash)) continue;
        if (seen.add(directory.hash).size > MAX_DIRECTORIES) return false;
        const named = blobsOfDirectory(await this.#read(directory));
        if ((await this.findMissing(named.blobs)).length > 0) return false;
        for (const inner of named.directories) inside.push(inner);
        await pacer.turn();
      }
      level = inside;
    }
    return true;
  }

  /** A message in the CAS. Throws `WireError` for one that is missing or too large. */
  async #read({ hash }: CasDigest): Promise<Uint8Array> {
    if (hash === EMPTY_HASH) return new Uint8Array();
    const entry = await this.findBlob(hash);
    if (entry === undefined || entry.body.size > MAX_PARSED_BYTES) throw new WireError();
    return await this.#session.readBytes(entry);
  }

  #casKey(hash: string): EntryKey {
    return { instance: this.#instance, key: `cas/${hash}` };
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
