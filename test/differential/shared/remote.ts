import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runServerCommand, startCacheServer, type CacheServer } from '../../rig/cache-server.js';
import { startFaultProxy, type FaultProxy } from '../../rig/fault-proxy.js';
import { startS3Server } from '../../rig/s3-server.js';

/** What the machines of a world share. A `strict` server takes only signed entries into `main` from its second start on. */
export const REMOTES = ['server', 'strict', 'bucket'] as const;
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

/** Starts one that keeps what it has below `directory`; `trusted` is the public key of who signs. */
export async function startRemote(kind: RemoteKind, directory: string, trusted: string): Promise<Remote> {
  if (kind === 'bucket') return await startBucket();
  const trust = `${directory}-trust.json`;
  writeFileSync(trust, JSON.stringify({ signedBy: { 'default/main': [trusted] } }));
  return await startServer(directory, kind === 'strict' ? ['--trust-file', trust] : []);
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

/** `later`: options of every start but the first one. */
async function startServer(directory: string, later: readonly string[]): Promise<Remote> {
  const start = (...options: readonly string[]): Promise<CacheServer> =>
    startCacheServer(['--dir', directory, ...options]);
  const createToken = async (...options: readonly string[]): Promise<string> => {
    const { output } = await runServerCommand(['token', 'create', '--dir', directory, ...options], {});
    return /trc_\S+/.exec(output)?.[0] ?? '';
  };
  const [pr, reader] = [await createToken('--scope', 'pr/7'), await createToken('--scope', 'main', '--read-only')];
  let server: CacheServer | undefined = await start();
  const { TR_TOKEN: main = '' } = server.client;
  const proxy = await startFaultProxy(server.url);
  const tokens: Readonly<Record<Role, string>> = { main, pr, reader };
  return {
    proxy,
    environmentOf: (role) => ({ TR_REMOTE_URL: proxy.url, TR_TOKEN: tokens[role] }),
    kill: async () => {
      const killed = server;
      server = undefined;
      await killed?.kill();
      rmSync(killed?.directory ?? '', { recursive: true, force: true });
    },
    restart: async () => {
      server ??= await start(...later);
      proxy.target = server.url;
    },
    listFiles: () => listFiles(directory).filter((path) => /\/[0-9a-f]{2}\//.test(path)),
    close: async () => {
      await proxy.close();
      await server?.close();
    },
  };
}

function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
