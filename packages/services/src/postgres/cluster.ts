import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '@tr/hash';
import type { ServiceDefinition } from '@tr/model';
import type { Place, RemovableFolder } from '../place/places.js';
import { runProgram, type Account } from '../process.js';
import { ServiceError } from '../service-error.js';
import { fillFromKept } from '../state/kept-empty.js';
import { platformName, STATE_VERSION, type StateHeader } from '../state/state-header.js';
import type { PreparedEngine } from './prepare-engine.js';
import { POSTGRES_USER } from './server.js';

/** Locale when configuration names none: the same order of strings on every machine. */
const DEFAULT_LOCALE = 'C.UTF-8';
const INITDB_TIMEOUT_MS = 120_000;
const AUTO_CONFIGURATION = 'postgresql.auto.conf';
/** Not in a state: what would let it configure the server that runs it, and what that makes when it starts. */
const NOT_STORED = new Set([
  AUTO_CONFIGURATION,
  'postgresql.conf',
  'pg_hba.conf',
  'pg_ident.conf',
  // It names commands that versions before 12 run when they start.
  'recovery.conf',
  'standby.signal',
  'recovery.signal',
  'backup_label',
  'tablespace_map',
  'postmaster.pid',
  'postmaster.opts',
]);
/** Directories that have to be there and whose content has not. */
const STORED_EMPTY = [
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_replslot',
];

/** Makes data directories. */
export interface ClusterOptions {
  readonly service: ServiceDefinition;
  readonly engine: PreparedEngine;
  readonly account: Account | undefined;
  /** Folder of this machine's empty clusters. */
  readonly cache: string;
  readonly createFolder: (parent: string) => RemovableFolder;
}

/** What a state of this service says about itself. */
export function toPostgresHeader({ service, engine }: Pick<ClusterOptions, 'service' | 'engine'>): StateHeader {
  return {
    version: STATE_VERSION,
    kind: 'postgres',
    format: String(engine.programs.major),
    platform: platformName(),
    database: service.database,
  };
}

/** Which files of a stopped server become a state; `wal` = names of the first and last log file that it needs. */
export function isWantedFile(
  path: string,
  wal: { readonly first: string; readonly last: string } | undefined,
): boolean {
  if (NOT_STORED.has(path)) return false;
  if (STORED_EMPTY.some((directory) => path.startsWith(`${directory}/`))) return false;
  if (path.includes('/pgsql_tmp') || path.startsWith('pg_stat/')) return false;
  const [, segment] = /^pg_wal\/([0-9A-F]{24})$/.exec(path) ?? [];
  if (segment === undefined || wal === undefined) return true;
  return segment >= wal.first && segment <= wal.last;
}

/** Where `ALTER SYSTEM` puts settings: there are none, and without a file the server says so on every occasion. */
export function addAutoConfiguration(data: string, account: Account | undefined): void {
  const path = join(data, AUTO_CONFIGURATION);
  writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

/** Fills `place.data` with an empty cluster, by `initdb` once per machine. */
export async function makeEmptyCluster(options: ClusterOptions, place: Place): Promise<void> {
  await fillFromKept({
    path: join(options.cache, `postgres-${toKey(options)}.tar`),
    header: toPostgresHeader(options),
    directory: place.data,
    account: options.account,
    isStored: (path) => isWantedFile(path, undefined),
    createFolder: options.createFolder,
    make: async () => {
      await runInitdb(options, place);
      rmSync(join(place.data, AUTO_CONFIGURATION), { force: true });
    },
  });
}

async function runInitdb({ service, engine, account }: ClusterOptions, place: Place): Promise<void> {
  mkdirSync(place.data, { mode: 0o700 });
  if (account !== undefined) chownSync(place.data, account.uid, account.gid);
  const checksums = engine.programs.major >= 18 ? ['--no-data-checksums'] : [];
  const outcome = await runProgram(
    {
      file: join(engine.bin, 'initdb'),
      args: [
        '-D',
        place.data,
        '-U',
        POSTGRES_USER,
        '-E',
        'UTF8',
        `--locale=${service.locale ?? DEFAULT_LOCALE}`,
        '--auth=trust',
        '--no-sync',
        '--wal-segsize=1',
        ...checksums,
      ],
      env: engine.environment,
      cwd: place.directory,
      account,
    },
    INITDB_TIMEOUT_MS,
  );
  if (outcome.code === 0) return;
  const lines = `${outcome.stdout}\n${outcome.stderr}`.trim().split('\n');
  throw new ServiceError({
    code: 'service/start-failed',
    service: service.name,
    detail: 'initdb could not make a database cluster',
    logPath: undefined,
    logTail: lines.slice(-20),
  });
}

/** Whatever decides the bytes of an empty cluster. */
function toKey({ service, engine }: ClusterOptions): string {
  const parts = {
    engine: engine.programs.engine,
    bin: engine.programs.bin,
    locale: service.locale ?? DEFAULT_LOCALE,
    platform: platformName(),
    version: STATE_VERSION,
  };
  return sha256(canonicalJson(parts)).slice(0, 20);
}
