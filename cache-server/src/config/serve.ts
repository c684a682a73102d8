import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileEntryStore, createFileStreamBlobStore, nodeDisk, openCacheFolder } from '@tr/store';
import { MAIN_SCOPE, DEFAULT_PARENTS } from '../auth/scope.js';
import { createToken, toStoredToken, type StoredToken } from '../auth/token.js';
import { openTokenFile } from '../auth/token-file.js';
import { PROTOCOLS } from '../protocols/registry.js';
import { startCacheServer, type RunningServer } from '../server/cache-server.js';
import type { ServeRequest } from './serve-request.js';
import { loadSigningKey } from './signing-key.js';
import { parseTrustConfig } from './trust-config.js';

const UPKEEP_MS = 10 * 60 * 1000;

/** Where `serve` writes. */
export interface ServeContext {
  /** One line of JSON. */
  readonly log: (line: string) => void;
  /** A line for the one who started the server. */
  readonly print: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Starts a server over a directory, as asked. */
export async function serve(request: ServeRequest, { log, print, now }: ServeContext): Promise<RunningServer> {
  const folder = openCacheFolder({ directory: request.directory, disk: nodeDisk });
  const file = openTokenFile(request.tokensFile);
  const first = firstTokens(request, now());
  const trust = request.trustFile === undefined ? undefined : parseTrustConfig(readFileSync(request.trustFile, 'utf8'));
  if (first.length === 0 && file.list().length === 0 && trust === undefined) {
    const { text, stored } = createToken(
      { tenant: 'default', scope: MAIN_SCOPE, readOnly: false, expiresAt: undefined },
      now(),
    );
    file.add(stored);
    print(`First token (scope main, shown only now): ${text}`);
  }
  const server = await startCacheServer({
    entries: createFileEntryStore(folder, { now }),
    blobs: createFileStreamBlobStore(folder),
    protocols: PROTOCOLS,
    tokens: () => [...first, ...file.list()],
    issuers: trust?.issuers ?? [],
    parents: trust?.parents ?? DEFAULT_PARENTS,
    signedOnly: trust?.signedOnly ?? [],
    quotas: { totalBytes: request.totalBytes, scopeBytes: request.scopeBytes, maxAgeMs: request.maxAgeMs },
    maxEntryBytes: request.maxEntryBytes,
    signingKey: loadSigningKey(join(request.directory, 'signing-key')),
    host: request.host,
    port: request.port,
    publicUrl: request.publicUrl,
    trustProxy: request.trustProxy,
    tls:
      request.tls === undefined
        ? undefined
        : { cert: readFileSync(request.tls.certFile, 'utf8'), key: readFileSync(request.tls.keyFile, 'utf8') },
    drainMs: request.drainMs,
    upkeepMs: UPKEEP_MS,
    log,
    now,
  });
  print(`Listening on ${server.url}`);
  return server;
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
