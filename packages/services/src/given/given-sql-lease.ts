import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDefinition, ServiceKind } from '@tr/model';
import type { EngineContext, EngineLease, EngineRequest } from '../engine.js';
import { listDatabases } from '../lease/worker-database.js';
import type { CapturedState, ServiceAddress, StoredState } from '../ports.js';
import { ServiceError, toDetail } from '../service-error.js';
import { packState } from '../state/pack-state.js';
import { STATE_VERSION, type StateHeader } from '../state/state-header.js';
import { StateError, unpackState } from '../state/unpack-state.js';

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

/** What a lease is made from. */
export interface GivenSqlLeaseParts<Server extends GivenSqlServer, Databases extends GivenSqlDatabases> {
  readonly context: EngineContext;
  readonly server: Server;
  readonly databases: Databases;
  readonly request: EngineRequest;
}

/** How a product writes a database to a file. */
interface DumpForm {
  /** Name of the one file of a state. */
  readonly file: string;
  readonly kind: ServiceKind;
  /** Of releases whose dumps can be loaded by each other. */
  readonly series: string;
}

/**
 * The databases of one task on a given server. It is opened after it was made, so that one that fails on its way can be given
 * back. What the products have in common is here: the order of things, and what is said when they go wrong.
 */
export abstract class GivenSqlLease<
  Server extends GivenSqlServer = GivenSqlServer,
  Databases extends GivenSqlDatabases = GivenSqlDatabases,
> implements EngineLease {
  protected readonly parts: GivenSqlLeaseParts<Server, Databases>;
  /** The task's own first. */
  protected readonly names: readonly string[];
  readonly #file: string;
  readonly #header: StateHeader;
  #released: Promise<void> | undefined;

  protected constructor(parts: GivenSqlLeaseParts<Server, Databases>, { file, kind, series }: DumpForm) {
    this.parts = parts;
    this.names = listDatabases(parts.request.service, parts.request.workers);
    this.#file = file;
    // A dump is of no machine.
    this.#header = { version: STATE_VERSION, kind, format: `dump ${series}`, platform: 'any', database: '' };
  }

  get service(): ServiceDefinition {
    return this.parts.request.service;
  }

  get address(): ServiceAddress {
    return this.addressOf(this.service.database);
  }

  get workers(): readonly ServiceAddress[] {
    return this.names.slice(1).map((name) => this.addressOf(name));
  }

  /** Waits for the lock, then makes the databases. */
  async open(): Promise<void> {
    await this.#begin();
    await this.makeAll();
  }

  /** Waits for the lock, then makes the database unless it is there; it stays when this is released. */
  async keep(mark: string): Promise<void> {
    const { database } = this.service;
    await this.#begin();
    if ((await this.parts.databases.findForeign(database)) === undefined) await this.makeKept(mark);
    else if (this.parts.request.state !== undefined) throw this.toForeign(database, 'there');
  }

  async capture(path: string): Promise<CapturedState> {
    const directory = join(dirname(path), 'dump');
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      await this.dump(join(directory, this.#file));
      const isWanted = (name: string): boolean => name === this.#file;
      const packed = await packState({ header: this.#header, directory, isWanted, target: path });
      await this.keepCaptured(packed);
      return packed;
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      const failure = { code: 'service/capture-failed', service: this.service.name, detail: toDetail(error) } as const;
      throw new ServiceError(failure, error);
    }
  }

  abstract reset(worker: number | undefined): Promise<void>;
  abstract resetAll(): Promise<void>;

  release(): Promise<void> {
    this.#released ??= this.giveBack().catch(() => undefined);
    return this.#released;
  }

  protected abstract addressOf(database: string): ServiceAddress;
  /** True when nobody else works with the service's database from now on. */
  protected abstract tryLock(): Promise<boolean>;
  /** Makes {@link names}, each with the state. */
  protected abstract makeAll(): Promise<void>;
  /** Makes the service's database alone, with the state, as one that is kept. */
  protected abstract makeKept(mark: string): Promise<void>;
  /** Writes the service's database to a file. */
  protected abstract dump(file: string): Promise<void>;
  /** Leaves the server as it was found. */
  protected abstract giveBack(): Promise<void>;

  /** Keeps what was just captured for later leases, where the server can. */
  protected keepCaptured(_captured: CapturedState): Promise<void> {
    return Promise.resolve();
  }

  /** A folder for one dump, registered so that a dead run's is removed. */
  protected newFolder(): string {
    return this.parts.context.places.createScratchFolder();
  }

  /** Unpacks a state into such a folder; returns the path of the dump. */
  protected async unpackDump({ path, sha256 }: StoredState, folder: string): Promise<string> {
    const directory = join(folder, 'dump');
    try {
      const isStored = (name: string): boolean => name === this.#file;
      await unpackState({ path, sha256, expected: this.#header, directory, account: undefined, isStored });
      return join(directory, this.#file);
    } catch (error) {
      throw error instanceof StateError ? this.toUnusable(error.message, error) : error;
    }
  }

  protected toForeign(database: string, why?: 'there' | 'kept', cause?: unknown): ServiceError {
    const failure = { code: 'service/foreign-database', service: this.service.name, database } as const;
    return new ServiceError(why === undefined ? failure : { ...failure, why }, cause);
  }

  protected toUnusable(detail: string, cause: unknown): ServiceError {
    return new ServiceError({ code: 'service/state-unusable', service: this.service.name, detail }, cause);
  }

  /** States need programs on this machine: `without` says which. */
  protected toUnsupported(without: string): ServiceError {
    const { name: service, kind } = this.service;
    const what = `states of a given server without ${without}`;
    return new ServiceError({ code: 'service/unsupported', service, kind, what });
  }

  async #begin(): Promise<void> {
    while (!(await this.tryLock())) {
      if (this.parts.request.signal.aborted) throw new Error('the run ended while another one had the database');
      await delay(LOCK_LOOK_MS);
    }
    await this.parts.databases.sweep();
  }
}
