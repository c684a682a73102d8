import { createHash } from 'node:crypto';
import type { Digest, Sha256 } from '@tr/model';

/** Hashes bytes as they pass through a loop that also does something else with them. */
export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** Ends it; call once. */
  finish(): Digest;
}

/** A digest of bytes that come in pieces. */
export function createRunningDigest(): RunningDigest {
  const hash = createHash('sha256');
  let size = 0;
  return {
    update: (bytes) => {
      hash.update(bytes);
      size += bytes.length;
    },
    finish: () => ({ hash: hash.digest('hex') as Sha256, size }),
  };
}

/** True when both name the same bytes. */
export function isSameDigest(a: Digest, b: Digest): boolean {
  return a.hash === b.hash && a.size === b.size;
}
