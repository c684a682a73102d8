import type { ActionKey, Digest } from '@tr/model';
import type { EntryKey } from '../../session/cache-session.js';

/** The name of an entry. */
export function entryName(key: ActionKey): EntryKey {
  return { instance: 'entry', key };
}

/** The name of a chunk. */
export function chunkName(chunk: Pick<Digest, 'hash'>): EntryKey {
  return { instance: 'chunk', key: chunk.hash };
}
