declare const brand: unique symbol;

/**
 * Bytes as a string of one character per byte (latin1). The engine replaces and joins such strings several times
 * faster than it copies small buffers, and no encoding can be damaged: nothing is decoded.
 */
export type ByteString = string & { readonly [brand]: 'ByteString' };

export const EMPTY_BYTES = '' as ByteString;

/** Text (as UTF-8) or bytes to a byte string. */
export function toByteString(source: string | Uint8Array): ByteString {
  if (typeof source !== 'string') return decode(asBuffer(source));
  return Buffer.byteLength(source) === source.length ? (source as ByteString) : decode(Buffer.from(source));
}

/** The bytes again. */
export function fromByteString(bytes: ByteString): Uint8Array {
  return Buffer.from(bytes, 'latin1');
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decode(buffer: Buffer): ByteString {
  return buffer.toString('latin1') as ByteString;
}
