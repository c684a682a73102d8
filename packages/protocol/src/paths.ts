import { isSha256 } from '@tr/hash';
import type { ActionKey } from '@tr/model';

/** Version of the protocol; part of every path. History: 1 (0.1): first. */
export const PROTOCOL_VERSION = 1;

/** Paths below the origin (and path prefix) of a cache server. */
export const PATHS = {
  /** GET: who the server takes us for, see `About`. */
  about: '/tr/v1/about',
  /** POST `LookupRequest`: the entries of many keys at once. */
  lookup: '/tr/v1/lookup',
  /** GET, PUT `/tr/v1/entries/<action key>`: one entry. */
  entries: '/tr/v1/entries',
  /** POST `ChunkList`: those that are not there. */
  missingChunks: '/tr/v1/chunks/missing',
  /** POST `ChunkList`: their bytes. */
  getChunks: '/tr/v1/chunks/get',
  /** POST: chunks with their bytes. */
  putChunks: '/tr/v1/chunks/put',
} as const;

/** Path of one entry. */
export function entryPathOf(key: ActionKey): string {
  return `${PATHS.entries}/${key}`;
}

/** Reads a key that came in a path; undefined for anything but 64 lower-case hex digits. */
export function parseActionKey(text: unknown): ActionKey | undefined {
  return isSha256(text) ? (text as string as ActionKey) : undefined;
}
