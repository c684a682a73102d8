/** Bytes of sixteen leaves of BLAKE3's tree: what AVX-512 does at once. */
const STEP_BYTES = 16 * 1024;

/**
 * Hands bytes that come in pieces on in steps of 16 KiB from the beginning, the last one as it is. BLAKE3 hashes a tree over
 * leaves of 1 KiB: pieces that begin anywhere, as those of a request behind its header, are cut into ever smaller parts of the tree at
 * both ends, which takes twice the time. A quarter of the bytes is copied for it.
 */
export class AlignedUpdates {
  readonly #update: (bytes: Uint8Array) => void;
  #rest: Buffer | undefined;
  #length = 0;

  constructor(update: (bytes: Uint8Array) => void) {
    this.#update = update;
  }

  add(bytes: Uint8Array): void {
    const filled = this.#fill(bytes);
    if (this.#length > 0) return;
    const end = bytes.length - ((bytes.length - filled) % STEP_BYTES);
    if (end > filled) this.#update(bytes.subarray(filled, end));
    if (end < bytes.length) this.#keep(bytes.subarray(end));
  }

  /** Hands on what is left. */
  finish(): void {
    if (this.#rest !== undefined && this.#length > 0) this.#update(this.#rest.subarray(0, this.#length));
    this.#length = 0;
  }

  /** Completes the step that has begun, if one has, as far as the bytes go; returns how many that took. */
  #fill(bytes: Uint8Array): number {
    if (this.#length === 0) return 0;
    const count = Math.min(STEP_BYTES - this.#length, bytes.length);
    this.#keep(bytes.subarray(0, count));
    if (this.#length === STEP_BYTES) this.finish();
    return count;
  }

  #keep(bytes: Uint8Array): void {
    this.#rest ??= Buffer.allocUnsafeSlow(STEP_BYTES);
    this.#rest.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}
