import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import type { Digest, Sha256 } from '@tr/model';

/** Bytes that are not the ones their name promised. */
export class DigestMismatchError extends Error {
  override readonly name = 'DigestMismatchError';
  readonly expected: Digest;
  /** What was read so far: too many bytes are reported as soon as they arrive. */
  readonly actual: Digest;

  constructor(expected: Digest, actual: Digest) {
    super(`expected ${expected.hash} (${expected.size} bytes), got ${actual.hash} (${actual.size} bytes)`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Passes bytes through and knows their digest once it has ended. */
export class DigestStream extends Transform {
  readonly #hash = createHash('sha256');
  #size = 0;
  #digest: Digest | undefined;

  /** Undefined until the stream has ended. */
  get digest(): Digest | undefined {
    return this.#digest;
  }

  /** Bytes seen so far. */
  get size(): number {
    return this.#size;
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    this.#size += chunk.byteLength;
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    this.finish();
    done();
  }

  /** Ends the hash; the same value on every call. */
  protected finish(): Digest {
    this.#digest ??= { hash: this.#hash.digest('hex') as Sha256, size: this.#size };
    return this.#digest;
  }
}

/**
 * Passes bytes through and fails with {@link DigestMismatchError} unless they are exactly the expected ones. More bytes
 * than promised fail at once, so that a hostile source cannot fill the disk; the consumer must not use what it received
 * before the stream has ended well.
 */
export class VerifyingStream extends DigestStream {
  readonly #expected: Digest;

  constructor(expected: Digest) {
    super();
    this.#expected = expected;
  }

  override _transform(chunk: Uint8Array, encoding: BufferEncoding, done: TransformCallback): void {
    if (this.size + chunk.byteLength > this.#expected.size) {
      const actual = { hash: this.finish().hash, size: this.size + chunk.byteLength };
      done(new DigestMismatchError(this.#expected, actual));
      return;
    }
    super._transform(chunk, encoding, done);
  }

  override _flush(done: TransformCallback): void {
    const actual = this.finish();
    const matches = actual.hash === this.#expected.hash && actual.size === this.#expected.size;
    done(matches ? null : new DigestMismatchError(this.#expected, actual));
  }
}

/** Creates a {@link DigestStream}. */
export function createDigestStream(): DigestStream {
  return new DigestStream();
}

/** Creates a {@link VerifyingStream}. */
export function createVerifyingStream(expected: Digest): VerifyingStream {
  return new VerifyingStream(expected);
}
