import { parseJsonBytes } from '@tr/hash';
import { fail, type ActionKey, type Digest, type Manifest, type Result } from '@tr/model';
import { isPacked } from './packed-files.js';
import { parseManifest, type ManifestFlaw } from './parse-manifest.js';

/** The bytes a manifest is stored as: one line of JSON, the same for equal manifests. */
export function toManifestBytes(manifest: Manifest): Uint8Array {
  const { formatVersion, actionKey, task, entries, log, fingerprint, externalClosure, packs } = manifest;
  const { durationMs, producer, createdAt } = manifest;
  const ordered = {
    formatVersion,
    actionKey,
    task,
    createdAt,
    durationMs,
    producer,
    log,
    fingerprint,
    externalClosure,
    packs,
    entries,
  };
  return Buffer.from(`${JSON.stringify(ordered)}\n`);
}

/** Reads stored bytes back; see {@link parseManifest} for what is checked. */
export function fromManifestBytes(bytes: Uint8Array, key: ActionKey): Result<Manifest, ManifestFlaw> {
  const value = parseJsonBytes(bytes);
  return value === undefined ? fail({ detail: 'not JSON' }) : parseManifest(value, key);
}

/** Every blob a manifest names, each once. Files in its packs have none. */
export function listBlobs(manifest: Manifest): readonly Digest[] {
  const byHash = new Map<string, Digest>();
  const add = (digest: Digest | undefined): void => void (digest !== undefined && byHash.set(digest.hash, digest));
  add(manifest.log);
  add(manifest.fingerprint);
  add(manifest.externalClosure);
  manifest.packs?.forEach(add);
  for (const entry of manifest.entries) if (entry.type === 'file' && !isPacked(manifest, entry)) add(entry.digest);
  return [...byHash.values()];
}
