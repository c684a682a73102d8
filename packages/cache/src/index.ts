/**
 * One task cache as a run sees it.
 * Owns: lookup, restore, save and their reasons, tiers and their policies, stored fingerprints to compare a miss with.
 * Refuses: keys (they are given), what outputs mean on disk (`artifact`), where bytes lie (`store`), words.
 * Terms: a tier is one level of the cache, a policy says whether it is read and written.
 */
export {
  createExecutionLocks,
  type ExecutionLock,
  type ExecutionLockOptions,
  type ExecutionLocks,
} from './execution-locks.js';
export type { EntryFinder } from './entry-finder.js';
export { openLocalCache, type LocalCache, type LocalCacheOptions } from './open-local-cache.js';
export {
  findNearestFingerprint,
  listStoredFingerprints,
  type ExplainMiss,
  type NearestFingerprint,
  type StoredFingerprint,
} from './stored-fingerprints.js';
export { createHttpBackend, type HttpBackendOptions } from './remote/http/http-backend.js';
export type { RemoteBackend, RemoteResult, RemoteTrouble } from './remote/remote-backend.js';
export type { LinkSurroundings, RemoteLimits } from './remote/remote-link.js';
export { RemoteTier, type Landing, type OpenRemoteTier, type RemoteTierOptions } from './remote/remote-tier.js';
export { createStoreBackend, type StoreBackendOptions } from './remote/store-backend.js';
export { settleArrivals, type SettleRequest } from './remote/settle-arrivals.js';
export type { LocalTier, TierPolicy } from './tier.js';
export type { WarningSink } from './trouble-log.js';
