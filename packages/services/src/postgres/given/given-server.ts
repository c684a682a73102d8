import type { ServiceDefinition } from '@tr/model';
import type pg from 'pg';
import { readGivenUrl, withDatabase } from '../../given/given-url.js';
import { waitUntilOpen } from '../../given/wait-until-open.js';
import { toDetail } from '../../service-error.js';
import { PostgresAdmin } from '../admin.js';
import type { ExtensionVersion } from '../extension-versions.js';

/** Databases that every server has and that we may be allowed to connect to, to create others from there. */
const MAINTENANCE = ['postgres', 'template1'];
/** What a server answers that is still starting. */
const STARTING = /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|starting up|57P03|terminated unexpectedly/;

/** A PostgreSQL server that was given to us by its address, and runs without us. */
export interface GivenServer {
  readonly url: URL;
  readonly admin: PostgresAdmin;
  /** `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly version: string;
  readonly major: number;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Connects, and waits for a server that is still starting as long as the service's readiness allows. */
export async function openGivenServer(
  service: ServiceDefinition,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<GivenServer> {
  const url = readGivenUrl(service, environment, ['postgresql', 'postgres']);
  return await waitUntilOpen({
    service,
    host: url.host,
    signal,
    connect: () => connect(url),
    isStarting: (error) => STARTING.test(toDetail(error)),
  });
}

/** What the server would install. */
export async function lookUpExtensions(
  { admin }: GivenServer,
  names: readonly string[],
): Promise<readonly ExtensionVersion[]> {
  const rows = await admin.query(
    `select e.name, e.default_version as version, v.requires::text[] as requires
      from pg_available_extensions e left join pg_available_extension_versions v
        on v.name = e.name and v.version = e.default_version where e.name = any($1)`,
    [names],
  );
  return rows.map(({ name, version, requires }) => ({
    name: String(name),
    version: typeof version === 'string' ? version : undefined,
    requires: Array.isArray(requires) ? requires.map(String) : [],
  }));
}

async function connect(url: URL): Promise<GivenServer> {
  let failed: unknown;
  for (const maintenance of MAINTENANCE) {
    const admin = new PostgresAdmin((database) => toConfig(url, database), maintenance);
    try {
      const [row] = await admin.query('show server_version');
      const version = String(row?.['server_version']);
      return { url, admin, version, major: Number.parseInt(version, 10), close: () => admin.close() };
    } catch (error) {
      failed = error;
      await admin.close();
      // Only a database that is not there, or closed to us, is a reason to try another one.
      if (!/does not exist|permission denied|not permitted/.test(toDetail(error))) throw error;
    }
  }
  throw failed;
}

function toConfig(url: URL, database: string): pg.ClientConfig {
  return { connectionString: withDatabase(url, database), application_name: 'tr', connectionTimeoutMillis: 10_000 };
}
