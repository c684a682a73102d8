import { mkdirSync } from 'node:fs';
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
import { quoteName, type HeldConnection } from '../admin.js';
import { toTemplateName } from '../sealed-state.js';
import { findDumpPrograms, runOn, type DumpPrograms } from './dump-programs.js';
import type { EmptyDatabase, GivenDatabases } from './given-databases.js';
import type { GivenServer } from './given-server.js';

/** The one file of a logical state. */
const DUMP_NAME = 'database.dump';
const LOCK_LOOK_MS = 50;

interface GivenLeaseParts {
  readonly context: EngineContext;
  readonly server: GivenServer;
  readonly databases: GivenDatabases;
  readonly request: EngineRequest;
}

/** The databases of one task on a given server. */
export class GivenPostgresLease implements EngineLease {
  readonly #parts: GivenLeaseParts;
  /** The task's own first. */
  readonly #names: readonly string[];
  /** Foreign databases that were empty and made room for ours. */
  readonly #replaced: EmptyDatabase[] = [];
  /** Made by us: ours until the lock is given back, whatever the task makes of them. Its own have no mark of ours. */
  readonly #made = new Set<string>();
  /** The connection that holds the lock, or waits for it. */
  #lockConnection: HeldConnection | undefined;
  #isLocked = false;
  #template = 'template0';
  #released: Promise<void> | undefined;

  constructor(parts: GivenLeaseParts) {
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
    for (const name of this.#names) {
      const foreign = await databases.findForeign(name);
      if (foreign === 'filled') throw this.#toForeign(name);
      if (foreign === 'kept') throw this.#toForeign(name, 'kept');
      if (foreign === undefined) continue;
      await databases.removeEmpty(name).catch((error: unknown) => {
        throw this.#toForeign(name, undefined, error);
      });
      this.#replaced.push(foreign);
    }
    this.#template = request.state === undefined ? await this.#makeEmpty() : await this.#makeTemplate(request.state);
    for (const name of this.#names) this.#made.add(name);
    await Promise.all(this.#names.map((name) => databases.create('lease', name, { template: this.#template })));
  }

  /** Waits for the lock, then makes the database unless it is there; it stays when this is released. */
  async keep(by: string): Promise<void> {
    const { databases, request } = this.#parts;
    const { database } = this.service;
    await this.#lock();
    await databases.sweep();
    if ((await databases.findForeign(database)) === undefined) {
      const template = request.state === undefined ? await this.#makeEmpty() : await this.#makeTemplate(request.state);
      await databases.create('kept', database, { template, by });
    } else if (request.state !== undefined) throw this.#toForeign(database, 'there');
  }

  async capture(path: string): Promise<CapturedState> {
    const { server, databases } = this.#parts;
    const { name: service, database } = this.service;
    const directory = join(dirname(path), 'dump');
    try {
      const programs = await this.#findPrograms();
      if (!(await databases.hasNoSessions(database))) throw new Error('somebody is still connected');
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const args = ['--format=custom', '--compress=0', `--file=${join(directory, DUMP_NAME)}`];
      await runOn(withDatabase(server.url, database), programs.dump, args);
      const header = toHeader(server);
      const packed = await packState({ header, directory, isWanted: (file) => file === DUMP_NAME, target: path });
      const template = toTemplateName(packed.sha256, database);
      if ((await databases.findTemplate(packed.sha256)) === undefined) {
        await databases.create('template', template, { template: database });
      }
      return packed;
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      throw new ServiceError({ code: 'service/capture-failed', service, detail: toDetail(error) }, error);
    }
  }

  async reset(worker: number | undefined): Promise<void> {
    const name = this.#names[worker === undefined ? 0 : worker + 1];
    if (name === undefined) return;
    await this.#parts.databases.drop(name);
    await this.#parts.databases.create('lease', name, { template: this.#template });
  }

  async resetAll(): Promise<void> {
    for (const [index] of this.#names.entries()) await this.reset(index === 0 ? undefined : index - 1);
  }

  release(): Promise<void> {
    this.#released ??= this.#release().catch(() => undefined);
    return this.#released;
  }

  async #release(): Promise<void> {
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

  /** Held by a connection of its own: it ends with us, however we end. */
  async #lock(): Promise<void> {
    const { server, databases, request } = this.#parts;
    const held = await server.admin.hold();
    this.#lockConnection = held;
    while (!(await held.query(`select pg_try_advisory_lock(${databases.lockKey}) as has`))[0]?.['has']) {
      if (request.signal.aborted) throw new Error('the run ended while another one had the database');
      await delay(LOCK_LOOK_MS);
    }
    this.#isLocked = true;
  }

  async #makeEmpty(): Promise<string> {
    const { extensions, database } = this.service;
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

  async #makeTemplate(state: StoredState): Promise<string> {
    const { databases, server } = this.#parts;
    const known = await databases.findTemplate(state.sha256);
    if (known !== undefined) return known;
    const { name: service, database } = this.service;
    const directory = this.#newFolder();
    try {
      const programs = await this.#findPrograms();
      const { path, sha256 } = state;
      const isStored = (file: string): boolean => file === DUMP_NAME;
      await unpackState({ path, sha256, expected: toHeader(server), directory, account: undefined, isStored });
      const template = toTemplateName(sha256, database);
      const args = ['--exit-on-error', '--single-transaction', '--no-owner'];
      await databases.create('template', template, {
        fill: (name) => runOn(withDatabase(server.url, name), programs.restore, [...args, join(directory, DUMP_NAME)]),
      });
      return template;
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      const detail = error instanceof StateError ? error.message : `it cannot be restored (${toDetail(error)})`;
      throw new ServiceError({ code: 'service/state-unusable', service, detail }, error);
    } finally {
      await rm(dirname(directory), { recursive: true, force: true });
    }
  }

  async #findPrograms(): Promise<DumpPrograms> {
    const { server, context } = this.#parts;
    const programs = await findDumpPrograms(server.major, {
      environment: context.options.environment,
      memo: context.memo,
    });
    if (programs !== undefined) return programs;
    const { name: service, kind } = this.service;
    const what = `states of a given server without pg_dump of version ${server.major} or later on this machine`;
    throw new ServiceError({ code: 'service/unsupported', service, kind, what });
  }

  /** A folder for a dump, registered so that a dead run's is removed. */
  #newFolder(): string {
    return join(this.#parts.context.places.createScratchFolder(), 'dump');
  }

  #addressOf(database: string): ServiceAddress {
    const { url } = this.#parts.server;
    return {
      url: withDatabase(url, database),
      host: url.hostname,
      port: url.port === '' ? '5432' : url.port,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database,
    };
  }

  #toForeign(database: string, why?: 'there' | 'kept', cause?: unknown): ServiceError {
    const failure = { code: 'service/foreign-database', service: this.service.name, database } as const;
    return new ServiceError(why === undefined ? failure : { ...failure, why }, cause);
  }
}

/** A dump is of one major version, and of no machine. */
function toHeader({ major }: GivenServer): StateHeader {
  return { version: STATE_VERSION, kind: 'postgres', format: `dump ${major}`, platform: 'any', database: '' };
}
