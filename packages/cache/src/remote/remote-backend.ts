import type { ActionKey, Digest, Result } from '@tr/model';
import type { Chunk } from '@tr/transport';

/**
 * Trouble with whatever is shared between machines. `unreachable`, `stalled` and `busy` may pass; `broken` is an answer that
 * is not what it says, `rejected` one request that will never be taken, `read-only` a credential that may read but not write. Hopeless for a whole run: `refused`, a credential that may
 * not do this; `untrusted`, a certificate that is not accepted; `misplaced`, something else at this address. `bug` is an error of ours.
 */
export type RemoteTroubleKind =
  | 'unreachable'
  | 'stalled'
  | 'busy'
  | 'broken'
  | 'rejected'
  | 'read-only'
  | 'refused'
  | 'untrusted'
  | 'misplaced'
  | 'bug'
  | 'off';

/**
 * Entries in memory at one time, bytes, whatever the other side answers: those of one lookup, and those that wait for their question. An
 * entry is a few KiB, or 8 MiB for a result of 64 GiB.
 */
export const MAX_ENTRIES_IN_MEMORY = 64 << 20;

/** What went wrong, in a few words without names of files, tokens or addresses. */
export interface RemoteTrouble {
  readonly code: 'remote/trouble';
  readonly kind: RemoteTroubleKind;
  readonly detail: string;
  /** How long the other side wants to be left alone, milliseconds. */
  readonly retryAfterMs?: number;
}

/** What a remote gives back. */
export type RemoteResult<T> = Result<T, RemoteTrouble>;

/**
 * Where entries and chunks are shared: a cache server or a bucket. One call is one request or a few; retries, limits in
 * time and verification are the caller's. No method rejects for trouble; all end soon after `signal`.
 */
export interface RemoteBackend {
  /** The entries of those keys that have one. What does not fit into {@link MAX_ENTRIES_IN_MEMORY} is as if it were not there. */
  lookup(keys: readonly ActionKey[], signal: AbortSignal): Promise<RemoteResult<ReadonlyMap<ActionKey, Uint8Array>>>;
  /** Those of `chunks` that have to be sent. */
  findMissing(chunks: readonly Digest[], signal: AbortSignal): Promise<RemoteResult<readonly Digest[]>>;
  /** In the given order; undefined for one that is not there. */
  getChunks(chunks: readonly Digest[], signal: AbortSignal): Promise<RemoteResult<readonly (Uint8Array | undefined)[]>>;
  putChunks(chunks: readonly Chunk[], signal: AbortSignal): Promise<RemoteResult<undefined>>;
  /** All chunks of the entry have been put. `kept`: there was one before. */
  putEntry(key: ActionKey, bytes: Uint8Array, signal: AbortSignal): Promise<RemoteResult<'stored' | 'kept'>>;
  /** Closes connections; nothing is called afterwards. */
  close?(): void | Promise<void>;
}

/** Makes a {@link RemoteTrouble}. */
export function trouble(
  kind: RemoteTroubleKind,
  detail: string,
  retryAfterMs?: number,
): { readonly ok: false; readonly failure: RemoteTrouble } {
  const failure = { code: 'remote/trouble', kind, detail } as const;
  return { ok: false, failure: retryAfterMs === undefined ? failure : { ...failure, retryAfterMs } };
}
