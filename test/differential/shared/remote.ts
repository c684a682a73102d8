import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runServerCommand, startCacheServer, type CacheServer } from '../../rig/cache-server.js';
import { startFaultProxy, type FaultProxy } from '../../rig/fault-proxy.js';
import { startS3Server } from '../../rig/s3-server.js';
import type { Turns } from '../turns.js';

/**
 * What the machines of a world share. A `strict` server takes only signed entries into `main` from its second start on; `replicas`
 * are servers whose store is a bucket.
 */
export const REMOTES = ['server', 'strict', 'bucket', 'replicas'] as const;
export type RemoteKind = (typeof REMOTES)[number];

/** Who somebody is at the remote. */
export const ROLES = ['main', 'pr', 'reader'] as const;
export type Role = (typeof ROLES)[number];

/** A remote behind a proxy that spoils what passes. */
export interface Remote {
  readonly proxy: FaultProxy;
  /** What a machine needs in its environment. */
  environmentOf(role: Role): Readonly<Record<string, string>>;
  /** Ends it at once, as a crash does; undefined where that cannot be. */
  readonly kill: (() => Promise<void>) | undefined;
  /** Brings it back, with what it kept. */
  restart(): Promise<void>;
  /** Files with stored bytes, absolute; none where they are not to be got at. */
  listFiles(): readonly string[];
  close(): Promise<void>;
}

/** What a remote is started with: the public key of who signs, and the programs that its servers are of. */
interface RemoteOptions {
  readonly trusted: string;
  readonly turns: Turns;
}

/** Starts one that keeps what it has below `directory`. */
export async function startRemote(kind: RemoteKind, directory: string, options: RemoteOptions): Promise<Remote> {
  const { trusted, turns } = options;
  if (kind === 'bucket') return await startBucket();
  if (kind === 'replicas') {
    const s3 = await startS3Server('s3rver');
    const remote = await startServer({
      store: ['--store', s3.remote('shared')],
      env: s3.credentials,
      later: [],
      turns,
      count: turns.count,
    });
    const close = async (): Promise<void> => {
      await remote.close();
      await s3.close();
    };
    return { ...remote, close };
  }
  const trust = `${directory}-trust.json`;
  writeFileSync(trust, JSON.stringify({ signedBy: { 'default/main': [trusted] } }));
  const later = kind === 'strict' ? ['--trust-file', trust] : [];
  const remote = await startServer({
    store: ['--dir', directory],
    env: {},
    later,
    turns,
    count: kind === 'strict' ? 1 : turns.count,
  });
  return { ...remote, listFiles: () => listFiles(directory).filter((path) => /\/[0-9a-f]{2}\//.test(path)) };
}

async function startBucket(): Promise<Remote> {
  const server = await startS3Server('s3rver');
  const proxy = await startFaultProxy(server.url);
  const environment = { ...server.credentials, TR_REMOTE_URL: server.remote('shared', proxy.url) };
  return {
    proxy,
    environmentOf: () => environment,
    kill: undefined,
    restart: () => Promise.resolve(),
    listFiles: () => [],
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

/** Servers of one store. */
interface ServerOptions {
  /** Where the store is, as options. */
  readonly store: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Options of every start but the first one. */
  readonly later: readonly string[];
  readonly turns: Turns;
  /** Programs that may serve it at once: two do, or one. */
  readonly count: number;
}

/** Where there are two, both are asked, each for a while. */
async function startServer({ store, env, later, turns, count }: ServerOptions): Promise<Remote> {
  const start = (...options: readonly string[]): Promise<CacheServer> =>
    startCacheServer([...store, ...options], env, turns.next());
  const createToken = async (...options: readonly string[]): Promise<string> => {
    const { output } = await runServerCommand(['token', 'create', ...store, ...options], env, turns.next());
    const token = /trc_\S+/.exec(output)?.[0];
    if (token === undefined) throw new Error(`no token: ${output}`);
    return token;
  };
  const [pr, reader] = [await createToken('--scope', 'pr/7'), await createToken('--scope', 'main', '--read-only')];
  const servers: CacheServer[] = await Promise.all(count > 1 ? [start(), start()] : [start()]);
  const [first] = servers;
  if (first === undefined) throw new Error('no server');
  const { TR_TOKEN: main = '' } = first.client;
  const proxy = await startFaultProxy(first.url);
  const tokens: Readonly<Record<Role, string>> = { main, pr, reader };
  return {
    proxy,
    environmentOf: (role) => ({ TR_REMOTE_URL: proxy.url, TR_TOKEN: tokens[role] }),
    kill: async () => {
      const killed = servers.shift();
      await killed?.kill();
      rmSync(killed?.directory ?? '', { recursive: true, force: true });
    },
    restart: async () => {
      while (servers.length < Math.min(count, 2)) servers.push(await start(...later));
      servers.reverse();
      proxy.target = servers[0]?.url ?? '';
    },
    listFiles: () => [],
    close: async () => {
      await proxy.close();
      for (const server of servers) await server.close();
    },
  };
}

function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
