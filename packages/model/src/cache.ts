import type { ActionKey, Sha256 } from './ids.js';
import type { Manifest } from './manifest.js';
import type { MissReason } from './miss-reason.js';

/** Where an entry came from. */
export type CacheTier = 'local' | 'remote';

/** A stored result: its manifest and the tier that had it. */
export interface CacheEntry {
  readonly key: ActionKey;
  readonly manifest: Manifest;
  /** SHA-256 of the manifest's bytes as they are stored: tells two entries of one key apart. */
  readonly manifestDigest: Sha256;
  readonly tier: CacheTier;
}

/** Answer of a lookup. */
export type CacheLookup =
  { readonly hit: true; readonly entry: CacheEntry } | { readonly hit: false; readonly reasons: readonly MissReason[] };

/** What bringing an entry back came to. A miss leaves the outputs as they were. */
export type Restoration =
  /** Everything was already right on disk. */
  | { readonly outcome: 'fresh' }
  | { readonly outcome: 'restored'; readonly files: number; readonly bytes: number }
  | { readonly outcome: 'miss'; readonly reasons: readonly MissReason[] };

/** What storing a result came to. */
export type SaveOutcome =
  | { readonly saved: true; readonly files: number; readonly bytes: number; readonly emptyOutputs: readonly string[] }
  /** `inputs-changed` etc.: why nothing was stored; the task itself is fine. */
  | { readonly saved: false; readonly reason: NotSavedReason };

/** Why an executed task was not stored. */
export type NotSavedReason =
  | { readonly reason: 'inputs-changed'; readonly paths: readonly string[] }
  /** An output changed while it was read. */
  | { readonly reason: 'outputs-changed'; readonly paths: readonly string[] }
  /** An output could not be stored faithfully (a link out of the workspace, a socket). */
  | { readonly reason: 'unsafe-output'; readonly path: string; readonly detail: string }
  /** The state of a service is not known to be what the task left. */
  | { readonly reason: 'state-unknown'; readonly service: string; readonly detail: string }
  /** The disk of `path` is full: the state of a service lies elsewhere as long as the run lasts. */
  | { readonly reason: 'no-space'; readonly service: string; readonly path: string }
  | { readonly reason: 'cache-off' }
  | { readonly reason: 'not-cacheable' }
  | { readonly reason: 'flaky' }
  | { readonly reason: 'store-trouble'; readonly detail: string };
