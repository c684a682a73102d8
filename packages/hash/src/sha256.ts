import type { Digest, Sha256 } from '@tr/model';
import { quickHash } from '@tr/quick';

/** SHA-256 of bytes, or of the UTF-8 form of a string. */
export function sha256(content: Uint8Array | string): Sha256 {
  return quickHash('sha256', content) as Sha256;
}

/** Hash and size of bytes that are in memory. */
export function digestOf(bytes: Uint8Array): Digest {
  return { hash: sha256(bytes), size: bytes.byteLength };
}

/** True for 64 lower-case hex digits: the only form a digest from outside may have. */
export function isSha256(text: unknown): text is Sha256 {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
}
