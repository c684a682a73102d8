import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { createFileEntryStore, createFileStreamBlobStore, keepBodies, nodeDisk, openCacheFolder } from '@tr/store';
import {
  createToken,
  DEFAULT_PARENTS,
  parseScope,
  PROTOCOLS,
  startCacheServer,
  type RunningServer,
  type ServerOptions,
  type StoredToken,
} from '../../src/index.js';
import { loadBlake3 } from '../../src/config/load-blake3.js';
import { revokeToken } from '../../src/auth/token.js';

/** A server in this process on a free port, with a directory of its own. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  readonly running: RunningServer;
  /** Makes a token. */
  token(scope: string, terms?: { tenant?: string; readOnly?: boolean; expiresAt?: number }): string;
  /** Takes a token back. */
  revoke(text: string): void;
  /** Log lines of requests, oldest first. */
  requests(): readonly LoggedRequest[];
  /** Every log line as it was written. */
  readonly lines: readonly string[];
}

/** A request as the log has it. */
export interface LoggedRequest {
  readonly protocol: string;
  readonly method: string;
  readonly status: number;
  readonly outcome?: string;
  readonly scope?: string;
  readonly bytesIn: number;
}

/** A server for all tests of a file or a suite, from the first of them on. */
export interface SharedServer {
  readonly server: TestServer;
  /** Of its scope `main`. */
  readonly token: string;
}

/** To be called where the tests are declared. */
export function shareServer(): SharedServer {
  let shared: SharedServer | undefined;
  before(async () => {
    const server = await startTestServer();
    shared = { server, token: server.token('main') };
  });
  after(async () => await shared?.server[Symbol.asyncDispose]());
  const find = (): SharedServer => {
    if (shared === undefined) throw new Error('asked for before the tests');
    return shared;
  };
  return {
    get server() {
      return find().server;
    },
    get token() {
      return find().token;
    },
  };
}

/** Starts one; `options` change what it is made of. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'cache-server-'));
  const folder = openCacheFolder({ directory, disk: nodeDisk });
  const tokens = new Map<string, StoredToken>();
  const lines: string[] = [];
  const now = options.now ?? Date.now;
  const revoke = (id: string): boolean => {
    const left = revokeToken([...tokens.values()], id, now());
    const texts = [...tokens.keys()];
    for (const [at, token] of left?.entries() ?? []) tokens.set(texts[at] ?? '', token);
    return left !== undefined;
  };
  const running = await startCacheServer({
    entries: createFileEntryStore(folder, { now }),
    blobs: createFileStreamBlobStore(folder, {
      beginBlake3: await loadBlake3(),
      keep: keepBodies({ bytes: 8 * 1024 ** 2, now }),
    }),
    protocols: PROTOCOLS,
    tokens: () => [...tokens.values()],
    revokeToken: async (id) => revoke(id),
    issuers: [],
    parents: DEFAULT_PARENTS,
    signedOnly: [],
    signedBy: new Map(),
    quotas: { totalBytes: undefined, scopeBytes: {}, maxAgeMs: undefined },
    maxEntryBytes: 1024 ** 3,
    signingKey: Buffer.alloc(32, 7),
    host: '127.0.0.1',
    port: 0,
    publicUrl: undefined,
    trustProxy: false,
    tls: undefined,
    drainMs: 1000,
    upkeepMs: 0,
    log: (line) => lines.push(line),
    now,
    ...options,
  });
  return {
    url: running.url,
    port: running.port,
    directory,
    running,
    lines,
    token(scope, terms = {}) {
      const { tenant = 'default', readOnly = false, expiresAt } = terms;
      const { text, stored } = createToken({ scope: parseScope(scope)!, tenant, readOnly, expiresAt }, now());
      tokens.set(text, stored);
      return text;
    },
    revoke: (text) => void revoke(tokens.get(text)?.id ?? ''),
    requests: () =>
      lines
        .map((line) => JSON.parse(line) as LoggedRequest & { event: string })
        .filter(({ event }) => event === 'request'),
    async [Symbol.asyncDispose]() {
      await running.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A request with a token. */
export async function call(
  server: TestServer,
  path: string,
  options: RequestInit & { readonly token?: string } = {},
): Promise<Response> {
  const { token, headers, ...rest } = options;
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return await fetch(`${server.url}${path}`, { ...rest, headers: { ...authorization, ...(headers as object) } });
}
