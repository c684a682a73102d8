import { join } from 'node:path';
import type { Instance } from '../own-server/server-kind.js';

/** The role that tasks connect as, and we: it may do everything in a server that is its own. */
export const MYSQL_USER = 'root';

/** For data that can be made again at any time: nothing waits for the disk, and files stay small. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'skip-log-bin': '1',
  innodb_flush_log_at_trx_commit: '0',
  innodb_doublewrite: '0',
  innodb_use_native_aio: '0',
  innodb_buffer_pool_dump_at_shutdown: '0',
  innodb_buffer_pool_load_at_startup: '0',
  performance_schema: '0',
  'loose-innodb_log_file_size': '16M',
  'loose-mysqlx': '0',
  'character-set-server': 'utf8mb4',
};

/** Where the socket of an instance is. */
export function socketOf({ place }: Instance): string {
  return join(place.sockets, 'mysql.sock');
}

/** The text of its option file; what keeps the server apart from all others comes last, where it wins. */
export function toMysqlConfiguration(instance: Instance, initFile: string): string {
  const { service, place, port } = instance;
  const fixed = {
    datadir: place.data,
    socket: socketOf(instance),
    port: String(port),
    'bind-address': '127.0.0.1',
    'skip-name-resolve': '1',
    'pid-file': join(place.sockets, 'mysql.pid'),
    tmpdir: place.sockets,
    'init-file': initFile,
  };
  const lines = [...Object.entries(DEFAULTS), ...Object.entries(service.settings), ...Object.entries(fixed)];
  return `[mysqld]\n${lines.map(([name, value]) => `${name} = ${quote(value)}\n`).join('')}`;
}

/** Run by the server before it takes connections, one statement a line: its password, and the task's database. */
export function toInitFile({ service, password }: Instance): string {
  const database = `\`${service.database.replaceAll('`', '``')}\``;
  const users = ['localhost', '127.0.0.1'].map((host) => `'${MYSQL_USER}'@'${host}'`);
  return [
    ...users.flatMap((user) => [
      `CREATE USER IF NOT EXISTS ${user};`,
      `ALTER USER ${user} IDENTIFIED BY '${password}';`,
      `GRANT ALL PRIVILEGES ON *.* TO ${user} WITH GRANT OPTION;`,
    ]),
    `CREATE DATABASE IF NOT EXISTS ${database};`,
    '',
  ].join('\n');
}

function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', ' ')}"`;
}
