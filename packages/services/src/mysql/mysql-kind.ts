import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalJson, sha256 } from '@tr/hash';
import type { ServiceDefinition } from '@tr/model';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { expectNoSessions } from '../await-sessions.js';
import type { EngineContext } from '../engine.js';
import type { Instance, LaunchCall, Readiness, ServerKind } from '../own-server/server-kind.js';
import type { Place, RemovableFolder } from '../place/places.js';
import { runProgram, type Account } from '../process.js';
import { ServiceError } from '../service-error.js';
import { fillFromKept } from '../state/kept-empty.js';
import { platformName, STATE_VERSION, type StateHeader } from '../state/state-header.js';
import { MYSQL_USER, socketOf, toInitFile, toMysqlConfiguration } from './configuration.js';
import { findHelper, findMysql, type MysqlPrograms } from './find-mysql.js';
import { loadMysqlClient } from './load-client.js';

const EMPTY_BYTES = 160 * 1024 * 1024;
const INSTALL_TIMEOUT_MS = 180_000;
/** Made by the server when it starts; or settings and files elsewhere that a state has no business to name. */
const NOT_STORED =
  /(?:^|\/)(?:ibtmp\d*|ib_buffer_pool|tc\.log|auto\.cnf|mysqld-auto\.cnf|[^/]*\.(?:pid|sock|isl|err))$/;

/** MariaDB and MySQL: no way to clone a database inside of a server, so each worker has a copy of the whole. */
export function createMysqlKind({ options, account, memo, places }: EngineContext): ServerKind<MysqlPrograms> {
  const createFolder = (parent: string): RemovableFolder => places.createFolderIn(parent);
  const cache = join(options.directory, 'empty');
  return {
    account,
    emptyBytes: EMPTY_BYTES,
    portTaken: /Address already in use|Can't start server: Bind on TCP/,
    stopSignal: 'SIGTERM',
    isStoppedForCapture: true,
    isShell: false,
    find: (service) => findMysql(service, { environment: options.environment, memo }),
    engineOf: ({ engine }) => engine,
    headerOf,
    fillEmpty: (programs, service, place) => fillEmpty(programs, { service, place, account, cache, createFolder }),
    prepare: (programs, instance) => prepare(programs, instance, account),
    check: (_programs, instance) => check(instance),
    beforeCapture: (_programs, instance) => expectNobody(instance),
    isStored: (path) => !NOT_STORED.test(path),
    addressOf: (instance) => {
      const { service, port, password } = instance;
      const url = `mysql://${MYSQL_USER}:${password}@127.0.0.1:${port}/${encodeURIComponent(service.database)}`;
      const { database } = service;
      return {
        url,
        host: '127.0.0.1',
        port: String(port),
        user: MYSQL_USER,
        password,
        database,
        socket: socketOf(instance),
      };
    },
  };
}

function headerOf({ product, series }: MysqlPrograms): StateHeader {
  return { version: STATE_VERSION, kind: product, format: series, platform: platformName(), database: '' };
}

interface EmptyOptions {
  readonly service: ServiceDefinition;
  readonly place: Place;
  readonly account: Account | undefined;
  readonly cache: string;
  readonly createFolder: (parent: string) => RemovableFolder;
}

async function fillEmpty(programs: MysqlPrograms, options: EmptyOptions): Promise<void> {
  const { place, account, cache, createFolder } = options;
  const key = sha256(canonicalJson({ engine: programs.engine, file: programs.file, version: STATE_VERSION })).slice(
    0,
    20,
  );
  await fillFromKept({
    path: join(cache, `${programs.product}-${key}.tar`),
    header: headerOf(programs),
    directory: place.data,
    account,
    isStored: (path) => !NOT_STORED.test(path),
    createFolder,
    make: () => install(programs, options),
  });
}

async function install(programs: MysqlPrograms, { service, place, account }: EmptyOptions): Promise<void> {
  mkdirSync(place.data, { mode: 0o700 });
  if (account !== undefined) chownSync(place.data, account.uid, account.gid);
  const { file, args } = toInstallCall(programs, place);
  const path = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', ...programs.folders].join(':');
  const env = { PATH: path, LC_ALL: 'C', TMPDIR: place.sockets };
  const outcome = await runProgram({ file, args, env, cwd: place.directory, account }, INSTALL_TIMEOUT_MS);
  if (outcome.code === 0) return;
  const logTail = `${outcome.stdout}\n${outcome.stderr}`.trim().split('\n').slice(-20);
  const detail = 'its data directory could not be made';
  throw new ServiceError({ code: 'service/start-failed', service: service.name, detail, logPath: undefined, logTail });
}

function toInstallCall(
  programs: MysqlPrograms,
  place: Place,
): { readonly file: string; readonly args: readonly string[] } {
  const sizes = ['--innodb-log-file-size=16M', '--innodb-doublewrite=0', '--innodb-use-native-aio=0'];
  if (programs.product === 'mysql') {
    return { file: programs.file, args: ['--no-defaults', '--initialize-insecure', `--datadir=${place.data}`] };
  }
  const file = findHelper(programs, ['mariadb-install-db', 'mysql_install_db']) ?? 'mariadb-install-db';
  const normal = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  return { file, args: ['--no-defaults', `--datadir=${place.data}`, ...normal, ...sizes] };
}

function prepare({ file }: MysqlPrograms, instance: Instance, account: Account | undefined): LaunchCall {
  const { place } = instance;
  const configuration = join(place.directory, 'my.cnf');
  const initFile = join(place.directory, 'init.sql');
  rmSync(socketOf(instance), { force: true });
  for (const [path, text] of [
    [configuration, toMysqlConfiguration(instance, initFile)],
    [initFile, toInitFile(instance)],
  ] as const) {
    rmSync(path, { force: true });
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
    if (account !== undefined) chownSync(path, account.uid, account.gid);
  }
  const env = { PATH: `/usr/bin:/bin:${dirname(file)}`, LC_ALL: 'C', TZ: 'UTC' };
  return { file, args: [`--defaults-file=${configuration}`], env, cwd: place.directory };
}

/** Our socket, our password, and our data directory: no other server. */
async function check(instance: Instance): Promise<Readiness> {
  const missing = { missing: 'it takes no connections' };
  if (!existsSync(socketOf(instance))) return missing;
  try {
    return await withConnection(instance, async (connection) => {
      const [rows] = await connection.query<RowDataPacket[]>('select @@datadir as data, database() as name');
      return rows[0]?.['data'] === `${instance.place.data}/` ? 'ready' : missing;
    });
  } catch {
    return missing;
  }
}

async function expectNobody(instance: Instance): Promise<void> {
  await withConnection(instance, (connection) =>
    expectNoSessions(async () => {
      const [rows] = await connection.query<RowDataPacket[]>(
        `select count(*) as n from information_schema.processlist where id <> connection_id()
          and command <> 'Daemon' and user not in ('system user', 'event_scheduler')`,
      );
      return Number(rows[0]?.['n']);
    }),
  );
}

async function withConnection<T>(instance: Instance, use: (connection: Connection) => Promise<T>): Promise<T> {
  const { createConnection } = await loadMysqlClient();
  const { password, service } = instance;
  const { database } = service;
  const connection = await createConnection({ socketPath: socketOf(instance), user: MYSQL_USER, password, database });
  // A server that ends takes its connections with it; whoever uses one is told by the rejection.
  connection.on('error', () => undefined);
  try {
    return await use(connection);
  } finally {
    connection.destroy();
  }
}
