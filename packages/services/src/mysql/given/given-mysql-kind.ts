import type { EngineContext } from '../../engine.js';
import type { GivenSqlKind } from '../../given/given-sql-engine.js';
import { GivenMysqlDatabases } from './given-mysql-databases.js';
import { GivenMysqlWork } from './given-mysql-work.js';
import { openGivenMysql, type GivenMysqlServer } from './given-mysql-server.js';

/** MariaDB and MySQL. They cannot clone a database, so each worker's is loaded from the state. */
export function createGivenMysqlKind(context: EngineContext): GivenSqlKind<GivenMysqlServer> {
  return {
    open: (service, signal) => openGivenMysql(service, context.options.environment, signal),
    identify: ({ product, version, collation }) => Promise.resolve(`${product} ${version}, ${collation}, given`),
    databasesOf: (server, { database }) => new GivenMysqlDatabases(server, database),
    createWork: (server, request) => {
      const databases = new GivenMysqlDatabases(server, request.service.database);
      return new GivenMysqlWork({ context, server, databases, request });
    },
  };
}
