import {
  createPacer,
  OTHER_ENTRY_VERSION,
  SERVING_BUDGET_MS,
  type Entry,
  type EntryName,
  type ListedEntry,
} from '@tr/store';
import { readChain, type Scope } from '../auth/scope.js';
import { Problem } from '../http/problem.js';
import type { EntryKey } from './cache-session.js';
import type { SessionGround, SessionSubject } from './session-ground.js';
import { unwrap } from './store-problem.js';

const MAX_NAME_BYTES = 2048;
/** Entries of one request that are looked for at once: a bucket takes tens of milliseconds for each. */
const PARALLEL = 16;

/** Finds the entries that one credential sees through one protocol. The only place where names get their tenant and scope. */
export class EntryFinder {
  readonly #ground: SessionGround;
  readonly #subject: SessionSubject;
  readonly #chain: readonly Scope[];
  readonly #pacer = createPacer(SERVING_BUDGET_MS);

  constructor(ground: SessionGround, subject: SessionSubject) {
    this.#ground = ground;
    this.#subject = subject;
    this.#chain = readChain(subject.identity.scope, ground.parents);
  }

  /** The name in the credential's own scope: the one to write to. */
  ownName(key: EntryKey): EntryName {
    return this.#nameIn(this.#subject.identity.scope, key);
  }

  /** What is there, of use or not; undefined also for an entry that cannot be trusted. */
  async look(name: EntryName): Promise<Entry | undefined> {
    const found = await this.#ground.entries.get(name);
    if (!found.ok && found.failure.code === 'store/corrupt') {
      if (found.failure.detail !== OTHER_ENTRY_VERSION) this.#subject.trace.damaged++;
      return undefined;
    }
    return unwrap(found);
  }

  async isWhole(entry: Entry): Promise<boolean> {
    return entry.inline !== undefined || unwrap(await this.#ground.blobs.findMissing([entry.body])).length === 0;
  }

  /**
   * The nearest one on the chain of scopes. One whose blob is gone does not count; it stays where it is, as by now it may be one that a
   * writer has just put in its place. The next write replaces it, or upkeep takes it.
   */
  async find(key: EntryKey): Promise<Entry | undefined> {
    const pause = this.giveWay();
    if (pause !== undefined) await pause;
    for (const scope of this.#chain) {
      const entry = await this.look(this.#nameIn(scope, key));
      if (entry !== undefined && (await this.isWhole(entry))) return entry;
    }
    return undefined;
  }

  /** What `look` makes of the entry of each key, in the given order. */
  async findEach<T>(keys: readonly EntryKey[], look: (entry: Entry | undefined) => T): Promise<readonly T[]> {
    const found: T[] = Array.from({ length: keys.length });
    const left = keys.entries();
    // Each takes the next key when it is done with one: a promise for every key would take more memory than the list.
    const work = async (): Promise<void> => {
      for (const [at, key] of left) found[at] = look(await this.find(key));
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL, keys.length) }, work));
    return found;
  }

  /**
   * A pause, when one is due: a request that asks for thousands of entries of a disk would otherwise stop all others until it is done,
   * as none of that waits for anything.
   */
  giveWay(): Promise<void> | undefined {
    return this.#pacer.turn();
  }

  async list(instance: string): Promise<readonly ListedEntry[]> {
    const { identity, protocol } = this.#subject;
    const all: ListedEntry[] = [];
    for (const scope of this.#chain)
      all.push(...unwrap(await this.#ground.entries.list({ tenant: identity.tenant, scope, protocol, instance })));
    return all;
  }

  #nameIn(scope: Scope, { instance, key }: EntryKey): EntryName {
    if (instance.length + key.length > MAX_NAME_BYTES) throw new Problem('bad-request', 'a name is too long');
    const { identity, protocol } = this.#subject;
    return { tenant: identity.tenant, scope, protocol, instance, key };
  }
}
