import { appendFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { toDatabaseAddress } from '../../given/given-url.js';
import { GivenSqlLease, type GivenSqlLeaseParts } from '../../given/given-sql-lease.js';
import type { ServiceAddress } from '../../ports.js';
import { toDetail } from '../../service-error.js';
import { dumpDatabase, findMysqlDumpPrograms, loadDatabase, type MysqlDumpPrograms } from './dump-programs.js';
import type { EmptyDatabase, GivenMysqlDatabases } from './given-mysql-databases.js';
import { MYSQL_PORT, type GivenMysqlServer } from './given-mysql-server.js';

/** A client that has just closed its connection may still be listed, milliseconds. */
const SESSION_GRACE_MS = 2000;
const SESSION_LOOK_MS = 20;

/** A state, unpacked for as long as the lease lasts, and what loads it. */
interface Loadable {
  readonly programs: MysqlDumpPrograms;
  readonly path: string;
}

/** The databases of one task on a given MariaDB or MySQL server, each loaded from the state. */
export class GivenMysqlLease extends GivenSqlLease<GivenMysqlServer, GivenMysqlDatabases> {
  /** Foreign databases that were empty and made room for ours. */
  readonly #replaced: EmptyDatabase[] = [];
  /** Made by us: ours until the lock is given back, whatever the task makes of them. */
  readonly #made = new Set<string>();
  #state: Loadable | undefined;
  #folder: string | undefined;

  constructor(parts: GivenSqlLeaseParts<GivenMysqlServer, GivenMysqlDatabases>) {
    const { product, series } = parts.server;
    super(parts, { file: 'database.sql', kind: product, series });
  }

  async reset(worker: number | undefined): Promise<void> {
    const name = this.names[worker === undefined ? 0 : worker + 1];
    if (name !== undefined) await this.#reset([name]);
  }

  async resetAll(): Promise<void> {
    await this.#reset(this.names);
  }

  protected override addressOf(database: string): ServiceAddress {
    return toDatabaseAddress(this.parts.server.url, database, MYSQL_PORT);
  }

  protected override tryLock(): Promise<boolean> {
    return this.parts.databases.tryLock();
  }

  protected override async makeAll(): Promise<void> {
    const { databases } = this.parts;
    const empty: EmptyDatabase[] = [];
    for (const name of this.names) {
      const foreign = await databases.findForeign(name);
      if (foreign === undefined) continue;
      if (foreign === 'kept') throw this.toForeign(name, 'kept');
      if (foreign === 'filled' || (await databases.sessions(name)).length > 0) throw this.toForeign(name);
      empty.push(foreign);
    }
    await this.#unpack();
    for (const each of empty) {
      await databases.drop(each.name);
      this.#replaced.push(each);
    }
    await this.#make(this.names);
  }

  protected override async makeKept(mark: string): Promise<void> {
    await this.#unpack();
    await this.#make([this.service.database], mark);
    this.#made.clear();
  }

  protected override async dump(file: string): Promise<void> {
    const { server, databases } = this.parts;
    const { database } = this.service;
    const programs = await this.#findPrograms();
    await this.#expectNoSessions();
    await dumpDatabase(programs, server, { database, path: file });
    appendFileSync(file, await databases.toDefaults(database));
  }

  protected override async giveBack(): Promise<void> {
    const { databases, server } = this.parts;
    for (const name of this.#made) await databases.drop(name).catch(() => undefined);
    for (const database of this.#replaced) await databases.createEmpty(database).catch(() => undefined);
    // The lock goes with the connection.
    await server.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  async #reset(names: readonly string[]): Promise<void> {
    for (const name of names) await this.parts.databases.drop(name);
    await this.#make(names);
  }

  /** Made one after the other (quick), loaded at the same time. */
  async #make(names: readonly string[], mark?: string): Promise<void> {
    const { databases, server } = this.parts;
    for (const name of names) {
      await databases.create(name, mark);
      this.#made.add(name);
    }
    const state = this.#state;
    if (state === undefined) return;
    const settled = await Promise.allSettled(
      names.map((database) => loadDatabase(state.programs, server, { database, path: state.path })),
    );
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw this.toUnusable(`it cannot be loaded (${toDetail(failed.reason)})`, failed.reason);
    for (const name of names) await databases.mark(name, mark);
  }

  async #unpack(): Promise<void> {
    const { state } = this.parts.request;
    if (state === undefined) return;
    const programs = await this.#findPrograms();
    this.#folder = this.newFolder();
    this.#state = { programs, path: await this.unpackDump(state, this.#folder) };
  }

  async #expectNoSessions(): Promise<void> {
    const { databases } = this.parts;
    for (let waited = 0; ; waited += SESSION_LOOK_MS) {
      if ((await databases.sessions(this.service.database)).length === 0) return;
      if (waited >= SESSION_GRACE_MS) throw new Error('somebody is still connected');
      await delay(SESSION_LOOK_MS);
    }
  }

  async #findPrograms(): Promise<MysqlDumpPrograms> {
    const { server, context } = this.parts;
    const { options, memo } = context;
    const programs = await findMysqlDumpPrograms(server.product, { environment: options.environment, memo });
    if (programs !== undefined) return programs;
    throw this.toUnsupported(
      'mariadb-dump and mariadb, or mysqldump and mysql, on this machine (mariadb-client, mysql-client)',
    );
  }
}
