import { canonicalJson, sha256 } from '@tr/hash';
import type { ServiceDefinition } from '@tr/model';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createContext } from './context.js';
import { createEngine, createGivenEngine, isGiven } from './create-engine.js';
import type { GivenEngine } from './engine.js';
import { readUrlText } from './given/given-url.js';
import { listKept, removeEntry, toKeptPaths, writeEntry, type Given, type ListedEntry } from './kept-entries.js';
import { toEnvironment } from './lease/environment.js';
import type { Register } from './place/register.js';
import { clearRegister, isRunning } from './place/sweep.js';
import type { KeptService, KeptServices, ServiceHostOptions, ServiceRequest } from './ports.js';
import { ServiceError, toResult } from './service-error.js';

type KeptOptions = Omit<ServiceHostOptions, 'marker'>;

/**
 * Servers for local work that outlive the command that starts them. They are apart from those of runs: a run never
 * changes what a person has in a database, and its own servers start in less time than it would take to make sure. On a
 * server that is given only what `up` has made is ever removed.
 */
export function createKeptServices(options: KeptOptions): KeptServices {
  const kept = new Kept(options);
  return {
    up: (request, signal) => toResult(() => kept.up(request, signal)),
    list: () => kept.list(),
    down: (names) => kept.down(names),
  };
}

class Kept {
  readonly #options: KeptOptions;
  readonly #folder: string;

  constructor(options: KeptOptions) {
    this.#options = options;
    this.#folder = join(options.directory, 'kept');
  }

  async up(request: ServiceRequest, signal: AbortSignal): Promise<KeptService> {
    const service = resolveUrl(request.service, this.#options.environment);
    const definition = sha256(canonicalJson(service));
    for (const listed of listKept(this.#folder)) {
      if (listed.entry.service.name !== service.name) continue;
      const { definition: known, service: kept } = listed.entry;
      // Without settings: whoever was making it was killed on the way.
      const isSame = known === definition && Object.keys(kept.environment).length > 0;
      if (isSame && (await this.#isRunning(listed))) return { ...kept, isRunning: true };
      await this.#remove(listed);
    }
    const start = { service, state: request.state, definition, signal };
    return service.url === undefined ? await this.#start(start) : await this.#keep(start);
  }

  list(): Promise<readonly KeptService[]> {
    const entries = listKept(this.#folder);
    return Promise.all(
      entries.map(async (listed) => ({ ...listed.entry.service, isRunning: await this.#isRunning(listed) })),
    );
  }

  async down(names: readonly string[] | undefined): Promise<void> {
    const entries = listKept(this.#folder);
    const wanted = entries.filter(({ entry }) => names === undefined || names.includes(entry.service.name));
    await Promise.all(wanted.map((listed) => this.#remove(listed)));
    if (names !== undefined) return;
    // Registers without an entry: whoever started them was killed on the way.
    await Promise.all(toKeptPaths(this.#folder).map((path) => clearRegister(path)));
  }

  async #isRunning({ register, entry: { given } }: ListedEntry): Promise<boolean> {
    if (given === undefined) return await isRunning(register);
    const { engine } = await this.#openGiven(given.service);
    return await engine.isThere(given.service).catch(() => false);
  }

  async #remove(listed: ListedEntry): Promise<void> {
    const { given } = listed.entry;
    if (given === undefined) await clearRegister(listed.register);
    else await this.#removeGiven(given);
    removeEntry(listed);
  }

  /** A server that is no more, or refuses us, has nothing that we could remove. */
  async #removeGiven({ service, mark }: Given): Promise<void> {
    try {
      const { engine } = await this.#openGiven(service);
      await engine.removeKept(service, mark);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#options.warn(error.failure);
    }
  }

  /** A server of our own. */
  async #start({ service, state, definition, signal }: Start): Promise<KeptService> {
    const name = newName(service);
    const context = await createContext(this.#options, { register: join('kept', `${name}.jsonl`), marker: undefined });
    const engine = createEngine(service, context);
    try {
      const lease = await engine.lease({ service, state, workers: undefined, signal });
      const kept = toKept(service, context.lastLogPath(), toEnvironment(service, lease.address, []));
      writeEntry(this.#folder, name, { definition, service: kept });
      await engine.detach();
      return { ...kept, isRunning: true };
    } catch (error) {
      await engine.dispose();
      await context.places.removeShared();
      context.register.remove();
      throw error;
    }
  }

  /** A database on a server that is given. Noted before it is made: a call that is killed leaves nothing unknown. */
  async #keep({ service, state, definition, signal }: Start): Promise<KeptService> {
    const name = newName(service);
    const given = { service, mark: randomBytes(12).toString('hex') };
    const { engine, register } = await this.#openGiven(service, name);
    const note = (environment: Readonly<Record<string, string>>): Omit<KeptService, 'isRunning'> => {
      const kept = toKept(service, undefined, environment);
      writeEntry(this.#folder, name, { definition, service: kept, given });
      return kept;
    };
    note({});
    try {
      const address = await engine.keep({ service, state, workers: undefined, signal }, given.mark);
      return { ...note(toEnvironment(service, address, [])), isRunning: true };
    } catch (error) {
      const [noted] = listKept(this.#folder).filter((listed) => listed.name === name);
      if (noted !== undefined) removeEntry(noted);
      throw error;
    } finally {
      register.remove();
    }
  }

  /** What it makes on this machine on its way is in the register. */
  async #openGiven(
    service: ServiceDefinition,
    name = newName(service),
  ): Promise<{ readonly engine: GivenEngine; readonly register: Register }> {
    const context = await createContext(this.#options, { register: join('kept', `${name}.jsonl`), marker: undefined });
    return { engine: createGivenEngine(service, context), register: context.register };
  }
}

interface Start extends ServiceRequest {
  readonly definition: string;
  readonly signal: AbortSignal;
}

function toKept(
  { name, kind }: ServiceDefinition,
  logPath: string | undefined,
  environment: Readonly<Record<string, string>>,
): Omit<KeptService, 'isRunning'> {
  return { name, kind, logPath, environment };
}

/** With the address itself, as the variable may have another one later; without any when the servers are ours. */
function resolveUrl(service: ServiceDefinition, environment: Readonly<Record<string, string>>): ServiceDefinition {
  const { url } = service;
  if (url === undefined || !isGiven(service, environment)) return { ...service, url: undefined };
  return { ...service, url: readUrlText(url, environment) };
}

function newName({ name }: ServiceDefinition): string {
  return `${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}-${randomBytes(6).toString('hex')}`;
}
