import type { ActionKey, CacheEntry, Digest, TaskId } from '@tr/model';
import type { RemoteTier } from './remote/remote-tier.js';
import type { LocalTier } from './tier.js';

/** Looks for entries by key, outside the way a task is restored. Trouble is the same as "none". */
export interface EntryFinder {
  /** Which of `keys` have an entry of `task` that can be used, asked of both tiers at once, in the order of `keys`. */
  findAll(task: TaskId, keys: readonly ActionKey[]): Promise<readonly CacheEntry[]>;
  /** A read-only local file with the content of one output of an entry; undefined when it cannot be had. */
  openOutput(entry: CacheEntry, digest: Digest): Promise<string | undefined>;
  /** Forgets an entry that turned out to be of no use: here it is gone, a remote one is a miss from now on. */
  discard(entry: CacheEntry): Promise<void>;
}

/** Creates the finder of one run. */
export function createEntryFinder(local: LocalTier, remote: RemoteTier | undefined): EntryFinder {
  const find = async (task: TaskId, key: ActionKey): Promise<CacheEntry | undefined> => {
    const stored = local.policy.read ? await local.actions.get(key) : undefined;
    if (stored?.ok === true && stored.value?.manifest.task === task) {
      const { manifest, digest } = stored.value;
      return { key, manifest, manifestDigest: digest, tier: 'local' };
    }
    if (remote?.policy.read !== true) return undefined;
    const found = await remote.lookup(key, task, false);
    return found.ok ? found.value : undefined;
  };
  return {
    findAll: async (task, keys) => {
      const found = await Promise.all(keys.map((key) => find(task, key)));
      return found.filter((entry) => entry !== undefined);
    },
    openOutput: async (entry, digest) => {
      if (entry.tier === 'remote') {
        const looked = await remote?.lookup(entry.key, entry.manifest.task);
        if (looked?.ok !== true || looked.value === undefined) return undefined;
        if ((await remote?.bringHome(looked.value)) !== undefined) return undefined;
      }
      const blobs = entry.tier === 'remote' ? remote?.landing.blobs : local.blobs;
      const file = await blobs?.localFile(digest, false);
      return file?.ok === true ? file.value : undefined;
    },
    discard: async ({ key, manifestDigest }) => {
      remote?.refuse(manifestDigest);
      if (local.policy.write) await local.actions.delete(key);
    },
  };
}
