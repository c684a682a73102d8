import type { ServiceDefinition } from '@tr/model';
import type { EngineLease, EngineRequest, GivenEngine } from '../engine.js';
import type { ServiceAddress } from '../ports.js';
import { GivenLeases, toUnreachable } from './given-leases.js';
import { GivenSqlLease, type GivenSqlDatabases, type GivenSqlServer, type GivenSqlWork } from './given-sql-lease.js';
import { withoutWaiting } from './wait-until-open.js';

/** What differs from one product to another. */
export interface GivenSqlKind<Server extends GivenSqlServer> {
  /** Connects; waits for a server that is still starting, as the service allows. Throws `service/unreachable`. */
  open(service: ServiceDefinition, signal: AbortSignal | undefined): Promise<Server>;
  /** Engine with its exact version. */
  identify(server: Server, service: ServiceDefinition): Promise<string>;
  databasesOf(server: Server, service: ServiceDefinition): GivenSqlDatabases;
  createWork(server: Server, request: EngineRequest): GivenSqlWork;
}

/**
 * Database servers that run already. Their files are out of reach, so a state is what a dump program writes. One lease at
 * a time has the service's database, across processes.
 */
export class GivenSqlEngine<Server extends GivenSqlServer> implements GivenEngine {
  readonly #kind: GivenSqlKind<Server>;
  readonly #leases = new GivenLeases<GivenSqlLease>();

  constructor(kind: GivenSqlKind<Server>) {
    this.#kind = kind;
  }

  identify(service: ServiceDefinition, signal?: AbortSignal): Promise<string> {
    return this.#ask({ service, signal }, (server) => this.#kind.identify(server, service));
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
    return this.#ask({ service: withoutWaiting(service) }, async (server) => {
      const found = await this.#kind.databasesOf(server, service).findForeign(service.database);
      return found !== undefined;
    });
  }

  removeKept(service: ServiceDefinition, mark: string): Promise<void> {
    return this.#ask({ service: withoutWaiting(service) }, (server) =>
      this.#kind.databasesOf(server, service).removeKept(service.database, mark),
    );
  }

  dispose(): Promise<void> {
    return this.#leases.dispose();
  }

  /** Its lock is a connection of this process: a given server is nobody's to keep. */
  detach(): Promise<void> {
    return this.dispose();
  }

  /** Without the lock. */
  async #ask<T>(
    { service, signal }: { readonly service: ServiceDefinition; readonly signal?: AbortSignal | undefined },
    work: (server: Server) => Promise<T>,
  ): Promise<T> {
    const server = await this.#kind.open(service, signal);
    try {
      return await work(server);
    } catch (error) {
      throw toUnreachable(error, service, server.url.host);
    } finally {
      await server.close();
    }
  }

  async #open(request: EngineRequest, open: (lease: GivenSqlLease) => Promise<void>): Promise<GivenSqlLease> {
    const server = await this.#kind.open(request.service, request.signal);
    const lease = new GivenSqlLease(request, this.#kind.createWork(server, request));
    return await this.#leases.open(lease, { request, host: server.url.host }, open);
  }
}
