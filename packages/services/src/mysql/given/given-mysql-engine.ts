import type { ServiceDefinition } from '@tr/model';
import type { Engine, EngineContext, EngineLease, EngineRequest } from '../../engine.js';
import { ServiceError, toDetail } from '../../service-error.js';
import { GivenMysqlDatabases } from './given-mysql-databases.js';
import { GivenMysqlLease } from './given-mysql-lease.js';
import { openGivenMysql } from './given-mysql-server.js';

/**
 * A MariaDB or MySQL server that runs already. Its files are out of reach and it cannot clone a database, so a state is
 * what its dump program writes, and each worker's database is loaded from it. One lease at a time has the service's
 * database, across processes.
 */
export class GivenMysqlEngine implements Engine {
  readonly #context: EngineContext;
  readonly #leases = new Set<GivenMysqlLease>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  async identify(service: ServiceDefinition): Promise<string> {
    const server = await openGivenMysql(service, this.#context.options.environment, undefined);
    await server.close();
    return `${server.product} ${server.version}, ${server.collation}, given`;
  }

  async lease(request: EngineRequest): Promise<EngineLease> {
    const { service, signal } = request;
    const server = await openGivenMysql(service, this.#context.options.environment, signal);
    const databases = new GivenMysqlDatabases(server, service.database);
    const lease = new GivenMysqlLease({ context: this.#context, server, databases, request });
    this.#leases.add(lease);
    try {
      await lease.open();
      return lease;
    } catch (error) {
      await lease.release();
      if (error instanceof ServiceError) throw error;
      const { host } = server.url;
      throw new ServiceError(
        { code: 'service/unreachable', service: service.name, host, detail: toDetail(error) },
        error,
      );
    }
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#leases].map((lease) => lease.release()));
  }

  /** Its lock is a connection of this process: a given server is nobody's to keep. */
  detach(): Promise<void> {
    return this.dispose();
  }
}
