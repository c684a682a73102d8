import { digestOf } from '@tr/hash';
import { MAX_PACK_BYTES, ok, PACKED_FILE_BYTES, type Digest, type Sha256 } from '@tr/model';
import type { BlobStore, StoredBlob, StoreResult } from '@tr/store';

/** What became of the small files of an entry. */
export interface BuiltPack {
  /** Undefined when every file has a blob of its own. */
  readonly pack: Digest | undefined;
  /** Blobs that were in the store before. */
  readonly reused: readonly Digest[];
}

/**
 * Gathers the small files of an entry for its pack (see the manifest): one blob is read much faster than many. The price is
 * that equal small files of two entries are stored twice, so when they are too much for a pack they get blobs of their own.
 */
export class PackBuilder {
  readonly #blobs: BlobStore;
  readonly #contents = new Map<Sha256, Uint8Array>();
  readonly #reused: Digest[] = [];
  #isOpen: boolean;
  #bytes = 0;

  /** `isWanted`: false for outputs that are to be hard links to blobs. */
  constructor(blobs: BlobStore, isWanted: boolean) {
    this.#blobs = blobs;
    this.#isOpen = isWanted;
  }

  /** Takes the content of the next file in the order of the entries, or stores it at once. The bytes may change afterwards. */
  async add(bytes: Uint8Array): Promise<StoreResult<StoredBlob>> {
    if (!this.#isOpen || bytes.length > PACKED_FILE_BYTES) return await this.#blobs.putBytes(bytes);
    const digest = digestOf(bytes);
    if (!this.#contents.has(digest.hash)) {
      this.#bytes += bytes.length;
      this.#contents.set(digest.hash, Buffer.from(bytes));
    }
    const closed = this.#bytes > MAX_PACK_BYTES ? await this.#giveUp() : ok(undefined);
    return closed.ok ? ok({ digest, added: true }) : closed;
  }

  /** Stores the pack. */
  async finish(): Promise<StoreResult<BuiltPack>> {
    const reused = this.#reused;
    if (this.#contents.size === 0) return ok({ pack: undefined, reused });
    const put = await this.#put(Buffer.concat([...this.#contents.values()]));
    return put.ok ? ok({ pack: put.value, reused }) : put;
  }

  async #giveUp(): Promise<StoreResult<undefined>> {
    this.#isOpen = false;
    for (const bytes of this.#contents.values()) {
      const put = await this.#put(bytes);
      if (!put.ok) return put;
    }
    this.#contents.clear();
    return ok(undefined);
  }

  async #put(bytes: Uint8Array): Promise<StoreResult<Digest>> {
    const put = await this.#blobs.putBytes(bytes);
    if (!put.ok) return put;
    if (!put.value.added) this.#reused.push(put.value.digest);
    return ok(put.value.digest);
  }
}
