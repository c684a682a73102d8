import { rm } from 'node:fs/promises';
import type { ServiceDefinition } from '@tr/model';
import { unpackDump, type DumpForm } from '../../given/dumped-state.js';
import { toForeign, toUnsupported } from '../../given/given-failures.js';
import type { GivenSqlParts, GivenSqlWork } from '../../given/given-sql-lease.js';
import { toDatabaseAddress, withDatabase } from '../../given/given-url.js';
import type { CapturedState, ServiceAddress, StoredState } from '../../ports.js';
import { ServiceError, toDetail, toUnusable } from '../../service-error.js';
import { quoteName, type HeldConnection } from '../admin.js';
import { toTemplateName } from '../sealed-state.js';
import { findDumpPrograms, runOn, type DumpPrograms } from './dump-programs.js';
import type { EmptyDatabase, GivenDatabases } from './given-databases.js';
import type { GivenServer } from './given-server.js';

const DEFAULT_PORT = 5432;

/** A lease on a given PostgreSQL server: each database is cloned from a template of the state. */
export class GivenPostgresWork implements GivenSqlWork {
  readonly databases: GivenDatabases;
  readonly form: DumpForm;
  readonly #parts: GivenSqlParts<GivenServer, GivenDatabases>;
  /** Foreign databases that were empty and made room for ours. */
  readonly #replaced: EmptyDatabase[] = [];
  /** Made by us: ours until the lock is given back, whatever the task makes of them. Its own have no mark of ours. */
  readonly #made = new Set<string>();
  /** The connection that holds the lock, or waits for it. */
  #lockConnection: HeldConnection | undefined;
  #isLocked = false;
  #template = 'template0';

  constructor(parts: GivenSqlParts<GivenServer, GivenDatabases>) {
    this.#parts = parts;
    this.databases = parts.databases;
    this.form = { file: 'database.dump', kind: 'postgres', series: String(parts.server.major) };
  }

  get #service(): ServiceDefinition {
    return this.#parts.request.service;
  }

  addressOf(database: string): ServiceAddress {
    return toDatabaseAddress(this.#parts.server.url, database, DEFAULT_PORT);
  }

  /** Held by a connection of its own: it ends with us, however we end. */
  async tryLock(): Promise<boolean> {
    const { server, databases } = this.#parts;
    this.#lockConnection ??= await server.admin.hold();
    const [row] = await this.#lockConnection.query(`select pg_try_advisory_lock(${databases.lockKey}) as has`);
    this.#isLocked = row?.['has'] === true;
    return this.#isLocked;
  }

  async makeAll(names: readonly string[]): Promise<void> {
    const { databases } = this;
    for (const name of names) {
      const foreign = await databases.findForeign(name);
      if (foreign === 'filled') throw toForeign(this.#service, name);
      if (foreign === 'kept') throw toForeign(this.#service, name, { why: 'kept' });
      if (foreign === undefined) continue;
      await databases.removeEmpty(name).catch((error: unknown) => {
        throw toForeign(this.#service, name, { cause: error });
      });
      this.#replaced.push(foreign);
    }
    const template = await this.#makeTemplate();
    this.#template = template;
    for (const name of names) this.#made.add(name);
    await Promise.all(names.map((name) => databases.create('lease', name, { template })));
  }

  async reset(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.databases.drop(name);
      await this.databases.create('lease', name, { template: this.#template });
    }
  }

  async makeKept(mark: string): Promise<void> {
    const template = await this.#makeTemplate();
    await this.databases.create('kept', this.#service.database, { template, by: mark });
  }

  async dump(file: string): Promise<void> {
    const { server, databases } = this.#parts;
    const { database } = this.#service;
    const programs = await this.#findPrograms();
    if (!(await databases.hasNoSessions(database))) throw new Error('somebody is still connected');
    const args = ['--format=custom', '--compress=0', `--file=${file}`];
    await runOn(withDatabase(server.url, database), programs.dump, args);
  }

  async keepCaptured({ sha256 }: CapturedState): Promise<void> {
    const { databases } = this;
    const { database } = this.#service;
    if ((await databases.findTemplate(sha256)) !== undefined) return;
    await databases.create('template', toTemplateName(sha256, database), { template: database });
  }

  async giveBack(): Promise<void> {
    const { databases, server } = this.#parts;
    // Whoever still waits for the lock would drop the databases of the one who has it.
    if (this.#isLocked) {
      for (const name of this.#made) await databases.drop(name).catch(() => undefined);
      await databases.sweep().catch(() => undefined);
      for (const database of this.#replaced) await databases.createEmpty(database).catch(() => undefined);
    }
    await this.#lockConnection?.end();
    await server.close();
  }

  #makeTemplate(): Promise<string> {
    const { state } = this.#parts.request;
    return state === undefined ? this.#makeEmpty() : this.#restore(state);
  }

  async #makeEmpty(): Promise<string> {
    const { extensions, database } = this.#service;
    if (extensions.length === 0) return 'template0';
    const { databases, server } = this.#parts;
    const id = `empty ${extensions.join(' ')}`;
    const known = await databases.findTemplate(id);
    if (known !== undefined) return known;
    const template = toTemplateName(id, database);
    const statements = extensions.map((name) => `create extension if not exists ${quoteName(name)} cascade;`);
    await databases.create('template', template, {
      fill: async (name) => void (await server.admin.queryIn(name, statements.join(' '))),
    });
    return template;
  }

  async #restore(state: StoredState): Promise<string> {
    const { databases, server, context } = this.#parts;
    const known = await databases.findTemplate(state.sha256);
    if (known !== undefined) return known;
    const folder = context.places.createScratchFolder();
    try {
      const programs = await this.#findPrograms();
      const dump = await unpackDump(this.form, state, { folder, service: this.#service });
      const template = toTemplateName(state.sha256, this.#service.database);
      const args = ['--exit-on-error', '--single-transaction', '--no-owner', dump];
      await databases.create('template', template, {
        fill: (name) => runOn(withDatabase(server.url, name), programs.restore, args),
      });
      return template;
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw toUnusable(this.#service, `it cannot be restored (${toDetail(error)})`, error);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #findPrograms(): Promise<DumpPrograms> {
    const { server, context } = this.#parts;
    const { options, memo } = context;
    const programs = await findDumpPrograms(server.major, { environment: options.environment, memo });
    if (programs !== undefined) return programs;
    throw toUnsupported(this.#service, `pg_dump of version ${server.major} or later on this machine`);
  }
}
