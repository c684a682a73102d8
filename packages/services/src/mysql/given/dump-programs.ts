import { closeSync, openSync } from 'node:fs';
import { accountOf } from '../../given/given-url.js';
import { runProgram } from '../../process.js';
import { askVersion } from '../../programs/ask-version.js';
import { expandFolders, findPrograms, pathFolders } from '../../programs/search-path.js';
import type { VersionMemo } from '../../programs/version-memo.js';
import { MYSQL_FOLDERS } from '../find-mysql.js';
import { MYSQL_PORT, type GivenMysqlServer } from './given-mysql-server.js';

const TIMEOUT_MS = 30 * 60 * 1000;
const CALL = { env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' }, cwd: '/', account: undefined } as const;
const NAMES = {
  mariadb: { dump: 'mariadb-dump', client: 'mariadb' },
  mysql: { dump: 'mysqldump', client: 'mysql' },
} as const;
/** Everything that is in a database, as the same text each time. */
const DUMP_OPTIONS = [
  '--single-transaction',
  '--quick',
  '--routines',
  '--events',
  '--triggers',
  '--hex-blob',
  '--skip-comments',
  '--no-tablespaces',
  '--default-character-set=utf8mb4',
];
/** What MySQL's own would ask of other servers, or say about the server instead of the database. */
const MYSQL_DUMP_OPTIONS = ['--column-statistics=0', '--set-gtid-purged=OFF'];

/** A pair of programs for a database as a file. */
export interface MysqlDumpPrograms {
  readonly dump: string;
  readonly client: string;
  readonly product: 'mariadb' | 'mysql';
}

/** The server's own pair, or the other product's, which understands it as well; undefined = there is none. */
export async function findMysqlDumpPrograms(
  product: 'mariadb' | 'mysql',
  { environment, memo }: { readonly environment: Readonly<Record<string, string>>; readonly memo: VersionMemo },
): Promise<MysqlDumpPrograms | undefined> {
  const folders = [...pathFolders(environment), ...MYSQL_FOLDERS.flatMap(expandFolders)];
  const found: MysqlDumpPrograms[] = [];
  for (const names of [NAMES.mariadb, NAMES.mysql]) {
    const [dump] = findPrograms(folders, names.dump);
    const [client] = findPrograms(folders, names.client);
    if (dump === undefined || client === undefined) continue;
    const text = await memo.lookup(dump, () => askVersion(dump, '--no-defaults'));
    // Whatever it is called: MariaDB has both names.
    if (text !== undefined) found.push({ dump, client, product: /mariadb/i.test(text) ? 'mariadb' : 'mysql' });
  }
  return found.find((pair) => pair.product === product) ?? found[0];
}

/** Writes a database to a file. Rejects with what the program says. */
export async function dumpDatabase(
  { dump, product }: MysqlDumpPrograms,
  server: GivenMysqlServer,
  { database, path }: { readonly database: string; readonly path: string },
): Promise<void> {
  const more = product === 'mysql' ? MYSQL_DUMP_OPTIONS : [];
  await run(server, { file: dump, args: [...DUMP_OPTIONS, ...more, `--result-file=${path}`, database] });
}

/**
 * Runs a file in an empty database. In binary mode the client takes no commands of its own (`system`, `source`, `tee`)
 * from what it reads: what is read may come from a cache.
 */
export async function loadDatabase(
  { client }: MysqlDumpPrograms,
  server: GivenMysqlServer,
  { database, path }: { readonly database: string; readonly path: string },
): Promise<void> {
  const input = openSync(path, 'r');
  try {
    const args = ['--batch', '--binary-mode', '--default-character-set=utf8mb4', `--database=${database}`];
    await run(server, { file: client, args, input });
  } finally {
    closeSync(input);
  }
}

interface Call {
  readonly file: string;
  readonly args: readonly string[];
  readonly input?: number;
}

/** Without anybody's option files; the password is in no list of processes. */
async function run(server: GivenMysqlServer, { file, args, input }: Call): Promise<void> {
  const { host, port, user, password } = accountOf(server.url, MYSQL_PORT);
  const where = ['--no-defaults', '--protocol=tcp', `--host=${host}`, `--port=${port}`, `--user=${user}`];
  const env = { ...CALL.env, MYSQL_PWD: password };
  const call = { ...CALL, file, args: [...where, ...args], env, ...(input === undefined ? {} : { input }) };
  const outcome = await runProgram(call, TIMEOUT_MS);
  if (outcome.code !== 0) throw new Error(outcome.stderr.trim().split('\n').at(-1) ?? 'it failed');
}
