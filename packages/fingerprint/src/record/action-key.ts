import { canonicalJson, sha256 } from '@tr/hash';
import type { ActionKey, Fingerprint } from '@tr/model';

/** The text a fingerprint is hashed as, and stored as. */
export function fingerprintText(fingerprint: Fingerprint): string {
  return canonicalJson(fingerprint);
}

/** Name of the cache entry of a fingerprint: SHA-256 of its canonical JSON. */
export function computeActionKey(fingerprint: Fingerprint): ActionKey {
  return sha256(fingerprintText(fingerprint)) as string as ActionKey;
}
