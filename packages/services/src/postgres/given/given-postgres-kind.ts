import type { ServiceDefinition } from '@tr/model';
import type { EngineContext, EngineLease, EngineRequest, GivenEngine } from '../../engine.js';
import { GivenLeases } from '../../given/given-leases.js';
import { withoutWaiting } from '../../given/wait-until-open.js';
import type { ServiceAddress } from '../../ports.js';
import { describeExtensions } from '../extension-versions.js';
import { GivenDatabases } from './given-databases.js';
import { GivenPostgresLease } from './given-postgres-lease.js';
import { lookUpExtensions, openGivenServer } from './given-server.js';

/**
 * A PostgreSQL server that runs already. Its files are out of reach, so a state is what `pg_dump` writes; restored ones
 * stay on the server as sealed templates. One lease at a time has the service's database, across processes.
 */
export class GivenPostgresEngine implements GivenEngine {
  readonly #context: EngineContext;
  readonly #leases = new GivenLeases<GivenPostgresLease>();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  async identify(service: ServiceDefinition): Promise<string> {
    const server = await openGivenServer(service, this.#context.options.environment, undefined);
    try {
      const extensions = await describeExtensions(service.extensions, (names) => lookUpExtensions(server, names));
      return `postgres ${server.version}, given${extensions}`;
    } finally {
      await server.admin.close();
    }
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
  async #look<T>(service: ServiceDefinition, work: (databases: GivenDatabases) => Promise<T>): Promise<T> {
    const { environment, now } = this.#context.options;
    const server = await openGivenServer(withoutWaiting(service), environment, undefined);
    try {
      return await work(new GivenDatabases(server, service.database, now));
    } finally {
      await server.admin.close();
    }
  }

  async #open(request: EngineRequest, open: (lease: GivenPostgresLease) => Promise<void>): Promise<GivenPostgresLease> {
    const { environment, now } = this.#context.options;
    const server = await openGivenServer(request.service, environment, request.signal);
    const databases = new GivenDatabases(server, request.service.database, now);
    const lease = new GivenPostgresLease({ context: this.#context, server, databases, request });
    return await this.#leases.open(lease, { request, host: server.url.host }, open);
  }
}
