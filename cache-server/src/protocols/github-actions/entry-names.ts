import type { EntryKey } from '../../session/cache-session.js';
import type { BlobGrant } from './blob-grant.js';

/** An entry that is done. Its version is the instance, so that a search by prefix stays small. */
export function doneKey(version: string, key: string): EntryKey {
  return { instance: `version:${version}`, key };
}

/** A body that is uploaded but not finalized. */
export function stagedKey(version: string, key: string): EntryKey {
  return { instance: 'staged', key: JSON.stringify([version, key]) };
}

/** One block of the upload of a grant: two jobs that save the same entry at once may name their blocks alike. */
export function blockKey({ id, version, key }: BlobGrant, block: string): EntryKey {
  return { instance: 'blocks', key: JSON.stringify([id, version, key, block]) };
}

/** A number that was given out for an upload of version 1; the body is what for. */
export function reservedKey(id: string): EntryKey {
  return { instance: 'reserved', key: id };
}

/** One piece of such an upload, by where it starts. */
export function pieceKey(id: string, start: number): EntryKey {
  return { instance: `pieces:${id}`, key: String(start) };
}
