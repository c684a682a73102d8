import { sha256 } from '@tr/hash';
import { fail, ok, type ActionKey } from '@tr/model';
import { fromManifestBytes, toManifestBytes } from '../manifest/manifest-bytes.js';
import type { ActionStore, StoredManifest } from '../ports.js';
import type { StoreResult } from '../trouble.js';

/** Manifests in memory, as bytes, in the order they were put. `manifests` may be shared and tampered with. */
export function createMemoryActionStore(manifests: Map<ActionKey, Uint8Array> = new Map()): ActionStore {
  const get = (key: ActionKey): StoreResult<StoredManifest | undefined> => {
    const bytes = manifests.get(key);
    if (bytes === undefined) return ok(undefined);
    const parsed = fromManifestBytes(bytes, key);
    if (parsed.ok) return ok({ manifest: parsed.value, digest: sha256(bytes) });
    manifests.delete(key);
    return fail({ code: 'store/corrupt', kind: 'manifest', name: key, detail: parsed.failure.detail });
  };
  return {
    get: async (key) => get(key),
    put: async (manifest, options) => {
      const first = options?.replace === true ? undefined : get(manifest.actionKey);
      if (first?.ok === true && first.value !== undefined) return ok({ outcome: 'kept', digest: first.value.digest });
      const bytes = toManifestBytes(manifest);
      manifests.delete(manifest.actionKey);
      manifests.set(manifest.actionKey, bytes);
      return ok({ outcome: 'stored', digest: sha256(bytes) });
    },
    listByTask: async (task, limit) => {
      const entries = [...manifests.keys()].map(get).flatMap((found) => (found.ok && found.value ? [found.value] : []));
      const own = entries.map((entry) => entry.manifest).filter((manifest) => manifest.task === task);
      own.sort((a, b) => b.createdAt - a.createdAt);
      return ok(own.slice(0, limit).map((manifest) => manifest.actionKey));
    },
    delete: async (key) => {
      manifests.delete(key);
      return ok(undefined);
    },
  };
}
