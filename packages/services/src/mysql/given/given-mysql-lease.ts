import { appendFileSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceDefinition } from '@tr/model';
import type { EngineContext, EngineLease, EngineRequest } from '../../engine.js';
import { withDatabase } from '../../given/given-url.js';
import { listDatabases } from '../../lease/worker-database.js';
import type { CapturedState, ServiceAddress, StoredState } from '../../ports.js';
import { ServiceError, toDetail } from '../../service-error.js';
import { packState } from '../../state/pack-state.js';
import { STATE_VERSION, type StateHeader } from '../../state/state-header.js';
import { StateError, unpackState } from '../../state/unpack-state.js';
import { dumpDatabase, findMysqlDumpPrograms, loadDatabase, type MysqlDumpPrograms } from './dump-programs.js';
import type { EmptyDatabase, GivenMysqlDatabases } from './given-mysql-databases.js';
import { accountOf, type GivenMysqlServer } from './given-mysql-server.js';

/** The one file of a logical state. */
const DUMP_NAME = 'database.sql';
const LOCK_LOOK_MS = 50;
/** A client that has just closed its connection may still be listed, milliseconds. */
const SESSION_GRACE_MS = 2000;
const SESSION_LOOK_MS = 20;

interface GivenMysqlLeaseParts {
  readonly context: EngineContext;
  readonly server: GivenMysqlServer;
  readonly databases: GivenMysqlDatabases;
  readonly request: EngineRequest;
}

/** A state, unpacked for as long as the lease lasts, and what loads it. */
interface Loadable {
  readonly programs: MysqlDumpPrograms;
  readonly path: string;
}

/** The databases of one task on a given server. */
export class GivenMysqlLease implements EngineLease {
  readonly #parts: GivenMysqlLeaseParts;
  /** The task's own first. */
  readonly #names: readonly string[];
  /** Foreign databases that were empty and made room for ours. */
  readonly #replaced: EmptyDatabase[] = [];
  readonly #folders: string[] = [];
  /** Made by us: ours until the lock is given back, whatever the task makes of them. */
  readonly #made = new Set<string>();
  #state: Loadable | undefined;
  #released: Promise<void> | undefined;

  constructor(parts: GivenMysqlLeaseParts) {
    this.#parts = parts;
    this.#names = listDatabases(parts.request.service, parts.request.workers);
  }

  get service(): ServiceDefinition {
    return this.#parts.request.service;
  }

  get address(): ServiceAddress {
    return this.#addressOf(this.service.database);
  }

  get workers(): readonly ServiceAddress[] {
    return this.#names.slice(1).map((name) => this.#addressOf(name));
  }

  /** Waits for the lock, then makes the databases. */
  async open(): Promise<void> {
    const { databases, request } = this.#parts;
    await this.#lock();
    await databases.sweep();
    const empty: EmptyDatabase[] = [];
    for (const name of this.#names) {
      const foreign = await databases.findForeign(name);
      if (foreign === undefined) continue;
      if (foreign === 'kept') throw this.#toForeign(name, 'kept');
      if (foreign === 'filled' || (await databases.sessions(name)).length > 0) {
        throw this.#toForeign(name);
      }
      empty.push(foreign);
    }
    if (request.state !== undefined) this.#state = await this.#unpack(request.state);
    for (const each of empty) {
      await databases.drop(each.name);
      this.#replaced.push(each);
    }
    await this.#makeAll(this.#names);
  }

  /** Waits for the lock, then makes the database unless it is there; it stays when this is released. */
  async keep(by: string): Promise<void> {
    const { databases, request } = this.#parts;
    const { database } = this.service;
    await this.#lock();
    await databases.sweep();
    if ((await databases.findForeign(database)) === undefined) {
      if (request.state !== undefined) this.#state = await this.#unpack(request.state);
      await this.#makeAll([database], by);
      this.#made.clear();
    } else if (request.state !== undefined) throw this.#toForeign(database, 'there');
  }

  async capture(path: string): Promise<CapturedState> {
    const { server, databases } = this.#parts;
    const { name: service, database } = this.service;
    const directory = join(dirname(path), 'dump');
    try {
      const programs = await this.#findPrograms();
      await this.#expectNoSessions();
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const file = join(directory, DUMP_NAME);
      await dumpDatabase(programs, server, { database, path: file });
      appendFileSync(file, await databases.toDefaults(database));
      const header = toHeader(server);
      return await packState({ header, directory, isWanted: (name) => name === DUMP_NAME, target: path });
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw new ServiceError({ code: 'service/capture-failed', service, detail: toDetail(error) }, error);
    }
  }

  async reset(worker: number | undefined): Promise<void> {
    const name = this.#names[worker === undefined ? 0 : worker + 1];
    if (name !== undefined) await this.#reset([name]);
  }

  async resetAll(): Promise<void> {
    await this.#reset(this.#names);
  }

  release(): Promise<void> {
    this.#released ??= this.#release().catch(() => undefined);
    return this.#released;
  }

  async #release(): Promise<void> {
    const { databases, server } = this.#parts;
    for (const name of this.#made) await databases.drop(name).catch(() => undefined);
    for (const database of this.#replaced) await databases.createEmpty(database).catch(() => undefined);
    // The lock goes with the connection.
    await server.close();
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
  }

  async #reset(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#parts.databases.drop(name);
    await this.#makeAll(names);
  }

  /** Made one after the other (quick), loaded at the same time. */
  async #makeAll(names: readonly string[], by?: string): Promise<void> {
    const { databases, server } = this.#parts;
    for (const name of names) {
      await databases.create(name, by);
      this.#made.add(name);
    }
    const state = this.#state;
    if (state === undefined) return;
    const settled = await Promise.allSettled(
      names.map((database) => loadDatabase(state.programs, server, { database, path: state.path })),
    );
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw this.#toUnusable(`it cannot be loaded (${toDetail(failed.reason)})`, failed.reason);
    for (const name of names) await databases.mark(name, by);
  }

  async #lock(): Promise<void> {
    const { databases, request } = this.#parts;
    while (!(await databases.tryLock())) {
      if (request.signal.aborted) throw new Error('the run ended while another one had the database');
      await delay(LOCK_LOOK_MS);
    }
  }

  async #expectNoSessions(): Promise<void> {
    const { databases } = this.#parts;
    for (let waited = 0; ; waited += SESSION_LOOK_MS) {
      if ((await databases.sessions(this.service.database)).length === 0) return;
      if (waited >= SESSION_GRACE_MS) throw new Error('somebody is still connected');
      await delay(SESSION_LOOK_MS);
    }
  }

  async #unpack({ path, sha256 }: StoredState): Promise<Loadable> {
    const programs = await this.#findPrograms();
    const directory = this.#newFolder();
    const expected = toHeader(this.#parts.server);
    try {
      const isStored = (file: string): boolean => file === DUMP_NAME;
      await unpackState({ path, sha256, expected, directory, account: undefined, isStored });
      return { programs, path: join(directory, DUMP_NAME) };
    } catch (error) {
      if (error instanceof StateError) throw this.#toUnusable(error.message, error);
      throw error;
    }
  }

  async #findPrograms(): Promise<MysqlDumpPrograms> {
    const { server, context } = this.#parts;
    const { options, memo } = context;
    const programs = await findMysqlDumpPrograms(server.product, { environment: options.environment, memo });
    if (programs !== undefined) return programs;
    const { name: service, kind } = this.service;
    const what =
      'states of a given server without mariadb-dump and mariadb, or mysqldump and mysql, on this machine (mariadb-client, mysql-client)';
    throw new ServiceError({ code: 'service/unsupported', service, kind, what });
  }

  /** A folder for a dump, registered so that a dead run's is removed. */
  #newFolder(): string {
    const folder = this.#parts.context.places.createScratchFolder();
    this.#folders.push(folder);
    return join(folder, 'dump');
  }

  #toForeign(database: string, why?: 'there' | 'kept'): ServiceError {
    const failure = { code: 'service/foreign-database', service: this.service.name, database } as const;
    return new ServiceError(why === undefined ? failure : { ...failure, why });
  }

  #toUnusable(detail: string, cause: unknown): ServiceError {
    return new ServiceError({ code: 'service/state-unusable', service: this.service.name, detail }, cause);
  }

  #addressOf(database: string): ServiceAddress {
    const { server } = this.#parts;
    const { host, port, user, password } = accountOf(server);
    return { url: withDatabase(server.url, database), host, port: String(port), user, password, database };
  }
}

/** A dump is of one series of releases, and of no machine. */
function toHeader({ product, series }: GivenMysqlServer): StateHeader {
  return { version: STATE_VERSION, kind: product, format: `dump ${series}`, platform: 'any', database: '' };
}
