import type { ServiceDefinition } from '@tr/model';
import type { EngineContext, EngineLease, EngineRequest, GivenEngine } from '../../engine.js';
import { GivenLeases } from '../../given/given-leases.js';
import { withoutWaiting } from '../../given/wait-until-open.js';
import type { ServiceAddress } from '../../ports.js';
import { GivenMysqlDatabases } from './given-mysql-databases.js';
import { GivenMysqlLease } from './given-mysql-lease.js';
import { openGivenMysql } from './given-mysql-server.js';

/**
 * A MariaDB or MySQL server that runs already. Its files are out of reach and it cannot clone a database, so a state is
 * what its dump program writes, and each worker's database is loaded from it. One lease at a time has the service's
 * database, across processes.
 */
export class GivenMysqlEngine implements GivenEngine {
  readonly #context: EngineContext;
  readonly #leases = new GivenLeases<GivenMysqlLease>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  async identify(service: ServiceDefinition): Promise<string> {
    const server = await openGivenMysql(service, this.#context.options.environment, undefined);
    await server.close();
    return `${server.product} ${server.version}, ${server.collation}, given`;
  }

  lease(request: EngineRequest): Promise<EngineLease> {
    return this.#open(request, (lease) => lease.open());
  }

  async keep(request: EngineRequest, mark: string): Promise<ServiceAddress> {
    const lease = await this.#open(request, (opening) => opening.keep(mark));
    await lease.release();
    return lease.address;
  }

  isThere(service: ServiceDefinition): Promise<boolean> {
    return this.#look(service, async (databases) => (await databases.findForeign(service.database)) !== undefined);
  }

  removeKept(service: ServiceDefinition, mark: string): Promise<void> {
    return this.#look(service, (databases) => databases.removeKept(service.database, mark));
  }

  dispose(): Promise<void> {
    return this.#leases.dispose();
  }

  /** Its lock is a connection of this process: a given server is nobody's to keep. */
  detach(): Promise<void> {
    return this.dispose();
  }

  /** Without the lock, on a server that is not waited for. */
  async #look<T>(service: ServiceDefinition, work: (databases: GivenMysqlDatabases) => Promise<T>): Promise<T> {
    const server = await openGivenMysql(withoutWaiting(service), this.#context.options.environment, undefined);
    try {
      return await work(new GivenMysqlDatabases(server, service.database));
    } finally {
      await server.close();
    }
  }

  async #open(request: EngineRequest, open: (lease: GivenMysqlLease) => Promise<void>): Promise<GivenMysqlLease> {
    const { service, signal } = request;
    const server = await openGivenMysql(service, this.#context.options.environment, signal);
    const databases = new GivenMysqlDatabases(server, service.database);
    const lease = new GivenMysqlLease({ context: this.#context, server, databases, request });
    return await this.#leases.open(lease, { request, host: server.url.host }, open);
  }
}
