import type { EngineContext } from '../../engine.js';
import type { GivenSqlKind } from '../../given/given-sql-engine.js';
import { describeExtensions } from '../extension-versions.js';
import { GivenDatabases } from './given-databases.js';
import { GivenPostgresWork } from './given-postgres-work.js';
import { lookUpExtensions, openGivenServer, type GivenServer } from './given-server.js';

/** PostgreSQL. Restored states stay on the server as sealed templates. */
export function createGivenPostgresKind(context: EngineContext): GivenSqlKind<GivenServer> {
  const { environment, now } = context.options;
  return {
    open: (service, signal) => openGivenServer(service, environment, signal),
    identify: async (server, { extensions }) => {
      const described = await describeExtensions(extensions, (names) => lookUpExtensions(server, names));
      return `postgres ${server.version}, given${described}`;
    },
    databasesOf: (server, { database }) => new GivenDatabases(server, database, now),
    createWork: (server, request) => {
      const databases = new GivenDatabases(server, request.service.database, now);
      return new GivenPostgresWork({ context, server, databases, request });
    },
  };
}
