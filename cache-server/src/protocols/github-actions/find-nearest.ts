import type { Entry, ListedEntry } from '@tr/store';
import type { CacheSession } from '../../session/cache-session.js';
import { doneKey } from './entry-names.js';

/** What a job asks for. */
export interface WantedEntry {
  readonly key: string;
  readonly version: string;
  /** Prefixes, the best first. */
  readonly restoreKeys: readonly string[];
}

/** The exact key, else the newest entry that starts with it, else the same with each restore key; nearest scope first. */
export async function findNearest(session: CacheSession, wanted: WantedEntry): Promise<Entry | undefined> {
  const exact = await session.find(doneKey(wanted.version, wanted.key));
  if (exact !== undefined) return exact;
  const all = await session.list(doneKey(wanted.version, '').instance);
  for (const prefix of [wanted.key, ...wanted.restoreKeys]) {
    for (const entry of all.filter(({ name }) => name.key.startsWith(prefix))) {
      // A list does not look whether bodies are there.
      const found = await session.find(doneKey(wanted.version, entry.name.key));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** True for an entry of the session's own scope: one of a parent does not keep a job from saving its own. */
export function isOwn({ identity }: CacheSession, entry: ListedEntry | undefined): boolean {
  return entry?.name.scope === identity.scope;
}
