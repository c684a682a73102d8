import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDefinition } from '@tr/model';
import type { EngineContext, EngineLease, EngineRequest } from '../engine.js';
import { listDatabases } from '../lease/worker-database.js';
import type { CapturedState, ServiceAddress } from '../ports.js';
import { ServiceError, toDetail } from '../service-error.js';
import { packDump, type DumpForm } from './dumped-state.js';
import { toForeign } from './given-failures.js';

const LOCK_LOOK_MS = 50;

/** A server with databases that somebody else runs, and our connections to it. */
export interface GivenSqlServer {
  readonly url: URL;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Our databases among those of a server. */
export interface GivenSqlDatabases {
  /** Drops what dead runs have left. Only while the lock is held. */
  sweep(): Promise<void>;
  /** Undefined = there is no such database but ours. */
  findForeign(name: string): Promise<unknown>;
  /** Removes a kept database, when it is the one that has this mark. */
  removeKept(name: string, mark: string): Promise<void>;
}

/** What the work of a product is made from. */
export interface GivenSqlParts<Server extends GivenSqlServer, Databases extends GivenSqlDatabases> {
  readonly context: EngineContext;
  readonly server: Server;
  readonly databases: Databases;
  readonly request: EngineRequest;
}

/** What a product does for one lease, and how it does it. */
export interface GivenSqlWork {
  readonly databases: GivenSqlDatabases;
  readonly form: DumpForm;
  addressOf(database: string): ServiceAddress;
  /** True when nobody else works with the service's database from now on. */
  tryLock(): Promise<boolean>;
  /** Makes these databases, each with the state. */
  makeAll(names: readonly string[]): Promise<void>;
  /** Makes the service's database alone, with the state, as one that is kept. */
  makeKept(mark: string): Promise<void>;
  /** Brings databases back to what they were when they were made. */
  reset(names: readonly string[]): Promise<void>;
  /** Writes the service's database to a file. */
  dump(file: string): Promise<void>;
  /** Keeps what was just captured for later leases, where the server can. */
  keepCaptured?(captured: CapturedState): Promise<void>;
  /** Leaves the server as it was found. */
  giveBack(): Promise<void>;
}

/**
 * The databases of one task on a given server. It is opened after it was made, so that one that fails on its way can be given
 * back. What the products have in common is here: the order of things, and what is said when they go wrong.
 */
export class GivenSqlLease implements EngineLease {
  readonly #request: EngineRequest;
  readonly #work: GivenSqlWork;
  /** The task's own first. */
  readonly #names: readonly string[];
  #released: Promise<void> | undefined;

  constructor(request: EngineRequest, work: GivenSqlWork) {
    this.#request = request;
    this.#work = work;
    this.#names = listDatabases(request.service, request.workers);
  }

  get service(): ServiceDefinition {
    return this.#request.service;
  }

  get address(): ServiceAddress {
    return this.#work.addressOf(this.service.database);
  }

  get workers(): readonly ServiceAddress[] {
    return this.#names.slice(1).map((name) => this.#work.addressOf(name));
  }

  /** Waits for the lock, then makes the databases. */
  async open(): Promise<void> {
    await this.#begin();
    await this.#work.makeAll(this.#names);
  }

  /** Waits for the lock, then makes the database unless it is there; it stays when this is released. */
  async keep(mark: string): Promise<void> {
    const { database } = this.service;
    await this.#begin();
    if ((await this.#work.databases.findForeign(database)) === undefined) await this.#work.makeKept(mark);
    else if (this.#request.state !== undefined) throw toForeign(this.service, database, { why: 'there' });
  }

  async capture(path: string): Promise<CapturedState> {
    try {
      const packed = await packDump(this.#work.form, path, (file) => this.#work.dump(file));
      await this.#work.keepCaptured?.(packed);
      return packed;
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      const failure = { code: 'service/capture-failed', service: this.service.name, detail: toDetail(error) } as const;
      throw new ServiceError(failure, error);
    }
  }

  async reset(worker: number | undefined): Promise<void> {
    const name = this.#names[worker === undefined ? 0 : worker + 1];
    if (name !== undefined) await this.#work.reset([name]);
  }

  async resetAll(): Promise<void> {
    await this.#work.reset(this.#names);
  }

  release(): Promise<void> {
    this.#released ??= this.#work.giveBack().catch(() => undefined);
    return this.#released;
  }

  async #begin(): Promise<void> {
    while (!(await this.#work.tryLock())) {
      if (this.#request.signal.aborted) throw new Error('the run ended while another one had the database');
      await delay(LOCK_LOOK_MS);
    }
    await this.#work.databases.sweep();
  }
}
