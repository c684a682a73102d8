import { createHash } from 'node:crypto';
import type { Digest, Sha256 } from '@tr/model';

/** What a digest is, by whatever name. */
interface NamedBytes {
  readonly hash: string;
  readonly size: number;
}

/** Hashes bytes as they pass through a loop that also does something else with them. */
export interface RunningDigest<Named extends NamedBytes = Digest> {
  update(bytes: Uint8Array): void;
  /** Ends it; call once. */
  finish(): Named;
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
export function isSameDigest(a: NamedBytes, b: NamedBytes): boolean {
  return a.hash === b.hash && a.size === b.size;
}
