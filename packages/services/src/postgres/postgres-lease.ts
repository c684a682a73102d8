import type { ServiceDefinition } from '@tr/model';
import type { EngineLease, EngineRequest } from '../engine.js';
import { toWorkerDatabase } from '../lease/worker-database.js';
import type { CapturedState, ServiceAddress } from '../ports.js';
import { captureServer } from './capture.js';
import { EMPTY, type PooledServer } from './pooled-server.js';
import { POSTGRES_USER } from './server.js';

/** A copy of one database of the state. */
interface Copy {
  readonly template: string;
  readonly name: string;
}

/** A PostgreSQL server as one task has it: a clone of each database of the state, and one more for each worker. */
export class PostgresLease implements EngineLease {
  readonly service: ServiceDefinition;
  readonly #pooled: PooledServer;
  readonly #giveBack: (pooled: PooledServer) => Promise<void>;
  /** The task's own first, then those of each worker. */
  readonly #copies: readonly (readonly Copy[])[];
  #isReleased = false;
  /** A capture has taken the templates away. */
  #isCaptured = false;

  private constructor(
    pooled: PooledServer,
    { service, state, workers }: EngineRequest,
    giveBack: (pooled: PooledServer) => Promise<void>,
  ) {
    this.service = service;
    this.#pooled = pooled;
    this.#giveBack = giveBack;
    const templates = [...pooled.templatesOf(state?.sha256 ?? EMPTY)];
    this.#copies = [undefined, ...Array.from({ length: workers ?? 0 }, (_, index) => index)].map((worker) =>
      templates.map(([name, template]) => ({
        template,
        name: worker === undefined ? name : toWorkerDatabase(service, name, worker),
      })),
    );
  }

  static async open(
    pooled: PooledServer,
    request: EngineRequest,
    giveBack: (pooled: PooledServer) => Promise<void>,
  ): Promise<PostgresLease> {
    const lease = new PostgresLease(pooled, request, giveBack);
    const { databases } = pooled.server;
    await Promise.all([
      pooled.server.changePassword(),
      ...lease.#copies.flat().map(({ template, name }) => databases.clone(template, name)),
    ]);
    await pooled.server.admin.close(1);
    return lease;
  }

  get address(): ServiceAddress {
    return this.#addressOf(this.service.database);
  }

  get workers(): readonly ServiceAddress[] {
    return this.#copies
      .slice(1)
      .map((_, index) => this.#addressOf(toWorkerDatabase(this.service, this.service.database, index)));
  }

  async capture(path: string): Promise<CapturedState> {
    this.#isCaptured = true;
    const workerDatabases = this.#copies.slice(1).flat();
    return await captureServer(this.#pooled, this.service, {
      path,
      without: workerDatabases.map(({ name }) => name),
    });
  }

  async reset(worker: number | undefined): Promise<void> {
    const copies = this.#copies[worker === undefined ? 0 : worker + 1] ?? [];
    this.#expectTemplates();
    const { databases } = this.#pooled.server;
    for (const { template, name } of copies) {
      await databases.drop(name);
      await databases.clone(template, name);
    }
  }

  async resetAll(): Promise<void> {
    this.#expectTemplates();
    if (!(await this.#pooled.clean())) throw new Error('the task has changed what all databases of the server share');
    const { databases } = this.#pooled.server;
    await Promise.all(this.#copies.flat().map(({ template, name }) => databases.clone(template, name)));
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#giveBack(this.#pooled);
  }

  #addressOf(database: string): ServiceAddress {
    const { port, password, place } = this.#pooled.server;
    return {
      url: `postgresql://${POSTGRES_USER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
      host: '127.0.0.1',
      port: String(port),
      user: POSTGRES_USER,
      password,
      database,
      socket: place.sockets,
    };
  }

  #expectTemplates(): void {
    if (this.#isCaptured) throw new Error('its state has been stored; there is nothing to go back to');
  }
}
