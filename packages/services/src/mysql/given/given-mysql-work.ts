import { appendFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { expectNoSessions } from '../../await-sessions.js';
import { toDatabaseAddress } from '../../given/given-url.js';
import type { ServiceDefinition } from '@tr/model';
import { unpackDump, type DumpForm } from '../../given/dumped-state.js';
import { toForeign, toUnsupported } from '../../given/given-failures.js';
import type { GivenSqlParts, GivenSqlWork } from '../../given/given-sql-lease.js';
import type { ServiceAddress } from '../../ports.js';
import { toDetail, toUnusable } from '../../service-error.js';
import { dumpDatabase, findMysqlDumpPrograms, loadDatabase, type MysqlDumpPrograms } from './dump-programs.js';
import type { EmptyDatabase, GivenMysqlDatabases } from './given-mysql-databases.js';
import { MYSQL_PORT, type GivenMysqlServer } from './given-mysql-server.js';

/** A state, unpacked for as long as the lease lasts, and what loads it. */
interface Loadable {
  readonly programs: MysqlDumpPrograms;
  readonly path: string;
}

/** A lease on a given MariaDB or MySQL server: each database is loaded from the state. */
export class GivenMysqlWork implements GivenSqlWork {
  readonly databases: GivenMysqlDatabases;
  readonly form: DumpForm;
  readonly #parts: GivenSqlParts<GivenMysqlServer, GivenMysqlDatabases>;
  /** Foreign databases that were empty and made room for ours. */
  readonly #replaced: EmptyDatabase[] = [];
  /** Made by us: ours until the lock is given back, whatever the task makes of them. */
  readonly #made = new Set<string>();
  #state: Loadable | undefined;
  #folder: string | undefined;

  constructor(parts: GivenSqlParts<GivenMysqlServer, GivenMysqlDatabases>) {
    const { product, series } = parts.server;
    this.#parts = parts;
    this.databases = parts.databases;
    this.form = { file: 'database.sql', kind: product, series };
  }

  get #service(): ServiceDefinition {
    return this.#parts.request.service;
  }

  addressOf(database: string): ServiceAddress {
    return toDatabaseAddress(this.#parts.server.url, database, MYSQL_PORT);
  }

  tryLock(): Promise<boolean> {
    return this.databases.tryLock();
  }

  async makeAll(names: readonly string[]): Promise<void> {
    const { databases } = this;
    const empty: EmptyDatabase[] = [];
    for (const name of names) {
      const foreign = await databases.findForeign(name);
      if (foreign === undefined) continue;
      if (foreign === 'kept') throw toForeign(this.#service, name, { why: 'kept' });
      if (foreign === 'filled' || (await databases.sessions(name)).length > 0) throw toForeign(this.#service, name);
      empty.push(foreign);
    }
    await this.#unpack();
    for (const each of empty) {
      await databases.drop(each.name);
      this.#replaced.push(each);
    }
    await this.#make(names);
  }

  async reset(names: readonly string[]): Promise<void> {
    for (const name of names) await this.databases.drop(name);
    await this.#make(names);
  }

  async makeKept(mark: string): Promise<void> {
    await this.#unpack();
    await this.#make([this.#service.database], mark);
    this.#made.clear();
  }

  async dump(file: string): Promise<void> {
    const { server, databases } = this.#parts;
    const { database } = this.#service;
    const programs = await this.#findPrograms();
    await this.#expectNoSessions();
    await dumpDatabase(programs, server, { database, path: file });
    appendFileSync(file, await databases.toDefaults(database));
  }

  async giveBack(): Promise<void> {
    const { databases, server } = this.#parts;
    for (const name of this.#made) await databases.drop(name).catch(() => undefined);
    for (const database of this.#replaced) await databases.createEmpty(database).catch(() => undefined);
    // The lock goes with the connection.
    await server.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  /** Made one after the other (quick), loaded at the same time. */
  async #make(names: readonly string[], mark?: string): Promise<void> {
    const { databases, server } = this.#parts;
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
    if (failed !== undefined)
      throw toUnusable(this.#service, `it cannot be loaded (${toDetail(failed.reason)})`, failed.reason);
    for (const name of names) await databases.mark(name, mark);
  }

  async #unpack(): Promise<void> {
    const { state } = this.#parts.request;
    if (state === undefined) return;
    const programs = await this.#findPrograms();
    this.#folder = this.#parts.context.places.createScratchFolder();
    this.#state = {
      programs,
      path: await unpackDump(this.form, state, { folder: this.#folder, service: this.#service }),
    };
  }

  async #expectNoSessions(): Promise<void> {
    await expectNoSessions(async () => (await this.databases.sessions(this.#service.database)).length);
  }

  async #findPrograms(): Promise<MysqlDumpPrograms> {
    const { server, context } = this.#parts;
    const { options, memo } = context;
    const programs = await findMysqlDumpPrograms(server.product, { environment: options.environment, memo });
    if (programs !== undefined) return programs;
    throw toUnsupported(
      this.#service,
      'mariadb-dump and mariadb, or mysqldump and mysql, on this machine (mariadb-client, mysql-client)',
    );
  }
}
