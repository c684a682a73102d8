import type { EngineRequest } from '../engine.js';
import { quoteName } from './admin.js';
import { sealState, toTemplateName, type SealedState } from './sealed-state.js';
import type { PostgresServer } from './server.js';

/** Stands for the state of a service whose database is empty. */
export const EMPTY = '';

/** What a new server was made from. */
export interface Origin {
  readonly request: EngineRequest;
  /** Name of the service's database in the state; undefined = an empty cluster. */
  readonly names: string | undefined;
}

/** A server and the states that stand ready on it. */
export class PooledServer {
  readonly #states = new Map<string, SealedState>();
  #globals: string;
  /** The state that the service's databases have at the moment, as far as nobody has written since. */
  #captured: { readonly id: string; readonly position: string; readonly names: readonly string[] } | undefined;
  #cleaning: Promise<boolean> = Promise.resolve(true);

  private constructor(
    readonly key: string,
    readonly server: PostgresServer,
    globals: string,
  ) {
    this.#globals = globals;
  }

  /** Seals what a new server has, so that it can be cloned. Rejects when the state is not what it should be. */
  static async create(key: string, server: PostgresServer, { request, names }: Origin): Promise<PooledServer> {
    const { service, state } = request;
    const { databases, admin } = server;
    const globals = await databases.readGlobals();
    const pooled = new PooledServer(key, server, globals);
    if (state === undefined || names === undefined) {
      const template = service.extensions.length === 0 ? 'template0' : toTemplateName(EMPTY, service.database);
      if (service.extensions.length > 0) {
        await databases.clone('template0', service.database);
        const statements = service.extensions.map(
          (name) => `create extension if not exists ${quoteName(name)} cascade;`,
        );
        await admin.queryIn(service.database, statements.join(' '));
        await databases.seal(service.database, template);
      }
      pooled.#states.set(EMPTY, { templates: new Map([[service.database, template]]), globals });
      return pooled;
    }
    const found = await databases.list();
    if (!found.includes(names)) throw new Error(`it has no database ${names}`);
    for (const name of found) await databases.check(name);
    if (names !== service.database) {
      await admin.query(`alter database ${quoteName(names)} rename to ${quoteName(service.database)}`);
    }
    const all = found.map((name) => (name === names ? service.database : name));
    pooled.#states.set(state.sha256, await sealState(databases, { id: state.sha256, names: all, globals }));
    return pooled;
  }

  /** True when the state stands ready here. */
  canOffer(id: string): boolean {
    return this.server.isRunning() && (this.#states.has(id) || this.#captured?.id === id);
  }

  /** Name of each database of the state -> the template to clone it from. */
  templatesOf(id: string): ReadonlyMap<string, string> {
    return this.#states.get(id)?.templates ?? new Map();
  }

  /** Removes all templates, as what is captured next is to hold one state only. */
  async dropStates(): Promise<void> {
    const templates = [...this.#states.values()].flatMap((state) => [...state.templates.values()]);
    this.#states.clear();
    for (const template of templates) if (template !== 'template0') await this.server.databases.drop(template);
  }

  /** The databases, as they are now, are the state `id`. Call while nobody is connected. */
  async noteCaptured(id: string, names: readonly string[]): Promise<void> {
    this.#globals = await this.server.databases.readGlobals();
    this.#captured = { id, names, position: await this.server.databases.readLogPosition() };
  }

  /** After a lease: makes the server fit for the next one, in the background. */
  startCleaning(): void {
    this.#cleaning = this.clean().catch(() => false);
  }

  /** False = something was changed that cannot be undone; the server is not to be used again. */
  isClean(): Promise<boolean> {
    return this.#cleaning;
  }

  /** Drops what a task has left; false = it has changed more than databases. */
  async clean(): Promise<boolean> {
    const { databases, admin } = this.server;
    if (!(await databases.endSessions())) return false;
    await this.#sealCaptured();
    const dirty = await databases.list();
    await Promise.all(dirty.map((name) => databases.drop(name)));
    const isSame = (await databases.readGlobals()) === this.#globals;
    await admin.close(1);
    return isSame;
  }

  /** Only when nothing at all was written since: then the databases are the state, and cost no copy. */
  async #sealCaptured(): Promise<void> {
    const captured = this.#captured;
    this.#captured = undefined;
    const { databases } = this.server;
    if (captured === undefined || (await databases.readLogPosition()) !== captured.position) return;
    const { id, names } = captured;
    this.#states.set(id, await sealState(databases, { id, names, globals: this.#globals }));
  }
}
