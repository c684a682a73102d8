import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { sha256 } from '@tr/hash';
import { fail, ok, type Result, type Sha256 } from '@tr/model';
import type { EntryDocument, EntrySignature } from './entry-document.js';

/** A key pair of a machine that may sign. */
export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** Public keys by their id. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** Reads a private Ed25519 key: PEM, or the base64 of its PKCS#8 form. Undefined when it is none. */
export function parseSigningKey(text: string): SigningKey | undefined {
  const privateKey = tryKey(() =>
    text.includes('-----BEGIN')
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }),
  );
  if (privateKey === undefined) return undefined;
  return { keyId: keyIdOf(createPublicKey(privateKey)), privateKey };
}

/** Reads public Ed25519 keys (PEM, or base64 of SPKI); the failure is the first text that is none. */
export function parseTrustedKeys(texts: readonly string[]): Result<TrustedKeys, string> {
  const keys = new Map<string, KeyObject>();
  for (const text of texts) {
    const key = tryKey(() =>
      createPublicKey(
        text.includes('-----BEGIN') ? text : { key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' },
      ),
    );
    if (key === undefined) return fail(text);
    keys.set(keyIdOf(key), key);
  }
  return ok(keys);
}

/** Signs the manifest of an entry. The manifest names its action key and every byte of the result, so no more is needed. */
export function signManifest(manifest: Sha256, key: SigningKey): EntrySignature {
  return { keyId: key.keyId, value: sign(null, signedStatement(manifest), key.privateKey).toString('base64') };
}

/** Why an entry is not to be trusted, in a few words; undefined when one of `keys` has signed it. */
export function findSignatureFlaw(
  entry: Pick<EntryDocument, 'manifest' | 'signature'>,
  keys: TrustedKeys,
): string | undefined {
  const { signature, manifest } = entry;
  if (signature === undefined) return 'not signed';
  const key = keys.get(signature.keyId);
  if (key === undefined) return 'signed with a key that is not trusted here';
  const isRight = verify(null, signedStatement(manifest.hash), key, Buffer.from(signature.value, 'base64'));
  return isRight ? undefined : 'a wrong signature';
}

/** What is signed: nothing else that is ever signed with such a key begins like this. */
function signedStatement(manifest: Sha256): Buffer {
  return Buffer.from(`tr manifest 1\n${manifest}\n`);
}

function keyIdOf(key: KeyObject): string {
  return sha256(key.export({ format: 'der', type: 'spki' })).slice(0, 16);
}

function tryKey(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}
