import { digestOf } from '@tr/hash';
import { ok, PACKED_FILE_BYTES, type Digest, type Sha256 } from '@tr/model';
import { PackCutter, type BlobStore, type StoredBlob, type StoreResult } from '@tr/store';

/** What became of the small files of an entry. */
export interface BuiltPacks {
  /** Undefined when every file has a blob of its own. */
  readonly packs: readonly Digest[] | undefined;
  /** Blobs that were in the store before. */
  readonly reused: readonly Digest[];
}

/**
 * Gathers the small files of an entry in packs (see the manifest): one blob is read, and written, much faster than many. The price
 * is that equal small files of two entries are stored twice, and with one that changed some that did not.
 */
export class PackBuilder {
  readonly #blobs: BlobStore;
  readonly #isWanted: boolean;
  readonly #cutter = new PackCutter();
  readonly #seen = new Set<Sha256>();
  readonly #packs: Digest[] = [];
  readonly #reused: Digest[] = [];
  /** Of the pack that is not full yet. */
  #contents: Uint8Array[] = [];

  /** `isWanted`: false for outputs that are to be hard links to blobs. */
  constructor(blobs: BlobStore, isWanted: boolean) {
    this.#blobs = blobs;
    this.#isWanted = isWanted;
  }

  /** Takes the content of the next file in the order of the entries, or stores it at once. The bytes may change afterwards. */
  async add(bytes: Uint8Array): Promise<StoreResult<StoredBlob>> {
    if (!this.#isWanted || bytes.length > PACKED_FILE_BYTES) return await this.#blobs.putBytes(bytes);
    const digest = digestOf(bytes);
    if (!this.#seen.has(digest.hash)) {
      this.#seen.add(digest.hash);
      const { pack } = this.#cutter.next(digest);
      const put = pack === this.#packs.length ? ok(undefined) : await this.#store();
      if (!put.ok) return put;
      this.#contents.push(Buffer.from(bytes));
    }
    return ok({ digest, added: true });
  }

  /** Stores the last pack. */
  async finish(): Promise<StoreResult<BuiltPacks>> {
    const reused = this.#reused;
    if (this.#contents.length === 0) return ok({ packs: undefined, reused });
    const put = await this.#store();
    return put.ok ? ok({ packs: this.#packs, reused }) : put;
  }

  async #store(): Promise<StoreResult<undefined>> {
    const put = await this.#blobs.putBytes(Buffer.concat(this.#contents));
    if (!put.ok) return put;
    const { digest, added } = put.value;
    this.#packs.push(digest);
    if (!added) this.#reused.push(digest);
    this.#contents = [];
    return ok(undefined);
  }
}
