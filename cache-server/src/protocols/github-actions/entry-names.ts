import type { EntryKey } from '../../session/cache-session.js';

/** An entry that is done. Its version is the instance, so that a search by prefix stays small. */
export function doneKey(version: string, key: string): EntryKey {
  return { instance: `version:${version}`, key };
}

/** A body that is uploaded but not finalized. */
export function stagedKey(version: string, key: string): EntryKey {
  return { instance: 'staged', key: JSON.stringify([version, key]) };
}

/** One block of an upload. */
export function blockKey(version: string, key: string, block: string): EntryKey {
  return { instance: 'blocks', key: JSON.stringify([version, key, block]) };
}
