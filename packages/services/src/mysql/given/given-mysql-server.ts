import { errorCode, type ServiceDefinition } from '@tr/model';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { accountOf, readGivenUrl } from '../../given/given-url.js';
import { waitUntilOpen } from '../../given/wait-until-open.js';
import { toDetail } from '../../service-error.js';
import { loadMysqlClient } from '../load-client.js';

/** What an address may begin with; the last is Rails'. */
const SCHEMES = ['mysql', 'mariadb', 'mysql2'];
/** Where it is when the address does not say. */
export const MYSQL_PORT = 3306;
/** While a server is still starting. */
const STARTING = /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|PROTOCOL_CONNECTION_LOST/;
/** A lock of somebody else must not keep us for the year that is the default, seconds. */
const LOCK_WAIT = 60;
/** Our connections do nothing for as long as a task runs, seconds. */
const IDLE_WAIT = 7 * 24 * 3600;

/** A MariaDB or MySQL server that was given to us by its address, and runs without us. */
export interface GivenMysqlServer {
  readonly url: URL;
  readonly product: 'mariadb' | 'mysql';
  /** `10.11.14-MariaDB-0+deb12u2`. */
  readonly version: string;
  /** `10.11`. */
  readonly series: string;
  /** What new databases get, and with them the columns of every migration that names none. */
  readonly collation: string;
  /** Rows of one statement. All in one connection: what it locks ends with it, and with us. */
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Connects, and waits for a server that is still starting as long as the service's readiness allows. */
export async function openGivenMysql(
  service: ServiceDefinition,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<GivenMysqlServer> {
  const url = readGivenUrl(service, environment, SCHEMES);
  return await waitUntilOpen({
    service,
    host: url.host,
    signal,
    connect: () => connect(url),
    isStarting: (error) => STARTING.test(`${errorCode(error) ?? ''} ${toDetail(error)}`),
  });
}

/** An SQL identifier. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** An SQL string of bytes, in whatever mode the server takes backslashes; compared exactly, case and all. */
export function quoteText(text: string): string {
  return `x'${Buffer.from(text).toString('hex')}'`;
}

async function connect(url: URL): Promise<GivenMysqlServer> {
  const { createConnection } = await loadMysqlClient();
  const connection = await createConnection({
    ...accountOf(url, MYSQL_PORT),
    connectTimeout: 10_000,
    charset: 'utf8mb4',
  });
  // Whoever uses a connection that was lost is told by the rejection.
  connection.on('error', () => undefined);
  try {
    await connection.query(`set session lock_wait_timeout = ${LOCK_WAIT}, wait_timeout = ${IDLE_WAIT}`);
    return await describe(url, connection);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

async function describe(url: URL, connection: Connection): Promise<GivenMysqlServer> {
  const query = async (text: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const [rows] = await connection.query<RowDataPacket[]>(text);
    return Array.isArray(rows) ? rows : [];
  };
  const [row] = await query('select version() as version, @@global.collation_server as collation');
  const version = String(row?.['version']);
  return {
    url,
    product: /mariadb/i.test(version) ? 'mariadb' : 'mysql',
    version,
    series: /^\d+\.\d+/.exec(version)?.[0] ?? version,
    collation: String(row?.['collation']),
    query,
    close: async () => {
      await connection.end().catch(() => connection.destroy());
    },
  };
}
