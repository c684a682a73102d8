import { sha256 } from '@tr/hash';
import type { Sha256 } from '@tr/model';

/** What a seal adds, bytes: 64 hexadecimal digits and a line break. */
export const SEAL_BYTES = 65;

/** Bytes as they are stored: a line with their SHA-256 comes after them, so that a path or the text of a link in them cannot go bad unnoticed. */
export function seal(bytes: Uint8Array, digest: Sha256): Uint8Array {
  return Buffer.concat([bytes, Buffer.from(`${digest}\n`)]);
}

/** What was sealed; undefined when it is not what it was then, or has no seal. */
export function openSealed(stored: Uint8Array): { readonly bytes: Uint8Array; readonly digest: Sha256 } | undefined {
  const end = stored.length - SEAL_BYTES;
  if (end < 0) return undefined;
  const bytes = stored.subarray(0, end);
  const digest = sha256(bytes);
  const found = Buffer.from(stored.buffer, stored.byteOffset + end, SEAL_BYTES).toString('latin1');
  return found === `${digest}\n` ? { bytes, digest } : undefined;
}
