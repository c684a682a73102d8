/**
 * The shared cache as a server: one port, many protocols, over an entry store and a blob store.
 * Owns: protocols (one plugin each), logins, scopes, quotas and eviction, metrics, shutdown.
 * Refuses: knowing tasks, graphs or what a body means beyond what its protocol must check.
 * Terms: a tenant never sees another; a scope is where a credential writes; its chain is what it reads.
 */
export type { Identity } from './auth/identity.js';
export type { ClaimRule } from './auth/claim-rules.js';
export type { TrustedIssuer } from './auth/oidc.js';
export { DEFAULT_PARENTS, parseScope, type Scope, type ScopeParents } from './auth/scope.js';
export { openTokenFile, type TokenFile } from './auth/token-file.js';
export { createToken, type StoredToken, type TokenTerms } from './auth/token.js';
export { runCacheServer, type ServerCall } from './main.js';
export { PROTOCOLS } from './protocols/registry.js';
export type { ErrorBody, Protocol, ProtocolHost, SessionGrant } from './protocols/protocol.js';
export { startCacheServer, type RunningServer } from './server/cache-server.js';
export type { ServerOptions } from './server/server-options.js';
export type { CacheSession, EntryKey, WriteOptions, WriteReport } from './session/cache-session.js';
export type { Quotas } from './upkeep/ledger.js';
