import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIN_SCOPE, DEFAULT_PARENTS } from '../auth/scope.js';
import { oncePerTurn } from '../auth/once-per-turn.js';
import { createToken, toStoredToken, type StoredToken } from '../auth/token.js';
import { openTokenFile } from '../auth/token-file.js';
import type { TokenStore } from '../auth/token-store.js';
import { watchTokenFile, watchTokens, type TokenWatch } from '../auth/token-watch.js';
import { PROTOCOLS } from '../protocols/registry.js';
import { startCacheServer, type RunningServer } from '../server/cache-server.js';
import { unwrap } from '../session/store-problem.js';
import type { Quotas } from '../upkeep/ledger.js';
import type { Siblings } from '../workers/siblings.js';
import { openServerStore, type ServerStore } from './open-store.js';
import type { ServeRequest } from './serve-request.js';
import { loadSigningKey, newSigningKey, parseSigningKey, readSigningKey } from './signing-key.js';
import { UsageError } from './usage-error.js';
import { withStore } from './with-store.js';
import { parseTrustConfig, type TrustConfig } from './trust-config.js';

/** Where `serve` writes. */
export interface ServeContext {
  /** One line of JSON. */
  readonly log: (line: string) => void;
  /** A line for the one who started the server. */
  readonly print: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Other processes that serve the same; undefined = there are none. */
  readonly siblings?: Siblings | undefined;
}

function readTrustFile(path: string): TrustConfig {
  const text = readFileSync(path, 'utf8');
  try {
    return parseTrustConfig(text);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${path}: ${error.message}`) : error;
  }
}

/** Starts a server over a directory or a bucket, as asked. */
export async function serve(request: ServeRequest, context: ServeContext): Promise<RunningServer> {
  const { log, print, now, siblings } = context;
  const isFirst = siblings?.isLeader !== false;
  const store = await openServerStore(request, now);
  const trust = request.trustFile === undefined ? undefined : readTrustFile(request.trustFile);
  const first = firstTokens(request, now());
  const watch = await withStore(
    () => request,
    async () => {
      if (isFirst) await sayConditions(store, print);
      if (isFirst && first.length === 0 && trust === undefined) await makeFirstToken(store.tokens, context);
      return await openTokens(request, { store, context });
    },
  );
  const signingKey = await withStore(
    () => request,
    async () => openSigningKey(request, print),
  );
  const isShared = request.store.kind === 'bucket';
  // What it is now is what it has to stay.
  await store.isInPlace?.();
  const server = await startCacheServer({
    entries: store.entries,
    blobs: store.blobs,
    isStoreInPlace: store.isInPlace,
    isShared,
    protocols: PROTOCOLS,
    tokens: () => [...first, ...watch.tokens()],
    revokeToken: async (id) => await store.tokens.revoke(id, now()),
    issuers: trust?.issuers ?? [],
    parents: trust?.parents ?? DEFAULT_PARENTS,
    signedOnly: trust?.signedOnly ?? [],
    signedBy: trust?.signedBy ?? new Map(),
    // Where nobody counts, a bound would hold for what this process wrote only: `gc` keeps it.
    quotas: request.upkeepMs === 0 ? NO_QUOTAS : quotasOf(request),
    maxEntryBytes: request.maxEntryBytes,
    signingKey,
    host: request.host,
    port: request.port,
    publicUrl: request.publicUrl,
    trustProxy: request.trustProxy,
    tls:
      request.tls === undefined
        ? undefined
        : { cert: readFileSync(request.tls.certFile, 'utf8'), key: readFileSync(request.tls.keyFile, 'utf8') },
    drainMs: request.drainMs,
    upkeepMs: request.upkeepMs,
    siblings,
    log,
    now,
    storeNow: store.now,
  });
  return {
    ...server,
    close: async () => {
      watch.stop();
      await server.close();
      store.close();
    },
  };
}

const NO_QUOTAS: Quotas = { totalBytes: undefined, scopeBytes: {}, maxAgeMs: undefined };

/** The bounds that were asked for. */
export function quotasOf({ totalBytes, scopeBytes, maxAgeMs }: ServeRequest): Quotas {
  return { totalBytes, scopeBytes, maxAgeMs };
}

/** The token of the environment: it belongs to `main`, and is kept nowhere. */
function firstTokens({ firstToken }: ServeRequest, now: number): readonly StoredToken[] {
  if (firstToken === undefined) return [];
  return [
    toStoredToken(firstToken, {
      id: 'environment',
      tenant: 'default',
      scope: MAIN_SCOPE,
      readOnly: false,
      createdAt: now,
      expiresAt: undefined,
    }),
  ];
}

/** Two replicas that start at once on an empty bucket may make a token each; both are good. */
async function makeFirstToken(tokens: TokenStore, { print, now }: ServeContext): Promise<void> {
  if ((await tokens.list()).some(({ revokedAt }) => revokedAt === undefined)) return;
  const { text, stored } = createToken(
    { tenant: 'default', scope: MAIN_SCOPE, readOnly: false, expiresAt: undefined },
    now(),
  );
  await tokens.add(stored);
  print(`First token (scope main, shown only now): ${text}`);
}

/** A file is looked at with every login; what a bucket holds is asked for now and then. */
async function openTokens(
  { store: { kind }, tokensFile }: ServeRequest,
  { store, context }: { readonly store: ServerStore; readonly context: ServeContext },
): Promise<TokenWatch> {
  const onTrouble = (detail: string): void => {
    const time = new Date(context.now()).toISOString();
    context.log(JSON.stringify({ time, event: 'tokens-not-read', kind, detail }));
  };
  if (tokensFile === undefined) return await watchTokens(store.tokens, onTrouble);
  const watch = watchTokenFile(openTokenFile(tokensFile), onTrouble);
  return { ...watch, tokens: oncePerTurn(watch.tokens) };
}

async function sayConditions({ bucket }: ServerStore, print: (line: string) => void): Promise<void> {
  if (bucket === undefined) return;
  const support = await bucket.stores.conditions.support();
  const { absent, unchanged } = unwrap(support);
  if (!absent)
    print('This bucket ignores If-None-Match: the first write wins within one replica, the last one between several.');
  else if (!unchanged)
    print(
      'This bucket ignores If-Match: the first write of a key wins, but two replicas that replace a damaged entry may both store.',
    );
}

function openSigningKey({ signingKey, store }: ServeRequest, print: (line: string) => void): Uint8Array {
  if (signingKey !== undefined)
    return 'file' in signingKey
      ? readSigningKey(signingKey.file)
      : parseSigningKey(signingKey.text, 'TR_CACHE_SIGNING_KEY');
  if (store.kind === 'directory') return loadSigningKey(join(store.directory, 'signing-key'));
  print('No signing key was given: URLs for the GitHub Actions protocol work at this replica only, until it ends.');
  return newSigningKey();
}
