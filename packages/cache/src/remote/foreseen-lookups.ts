import type { ActionKey } from '@tr/model';
import type { LookupBatcher } from './lookup-batcher.js';
import type { RemoteResult } from './remote-backend.js';

/** Answers that wait for their question at most: with what came inside them they are in memory. */
const MOST = 128;

/** Lookups of keys that somebody will most likely ask for, made ahead so that many of them go in one request. */
export class ForeseenLookups {
  readonly #lookups: LookupBatcher;
  readonly #answers = new Map<ActionKey, Promise<RemoteResult<Uint8Array | undefined>>>();
  #wake: (() => void) | undefined;

  constructor(lookups: LookupBatcher) {
    this.#lookups = lookups;
  }

  /** Resolves when there is room for the next one. To be called for one key after the other. */
  async add(key: ActionKey): Promise<void> {
    if (!this.#answers.has(key)) this.#answers.set(key, this.#lookups.find(key));
    while (this.#answers.size >= MOST) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** The entry of a key; undefined when there is none. */
  async find(key: ActionKey): Promise<RemoteResult<Uint8Array | undefined>> {
    const answer = this.#answers.get(key);
    this.#answers.delete(key);
    this.#wake?.();
    const found = await answer;
    // Somebody may have stored it since.
    return found === undefined || (found.ok && found.value === undefined) ? await this.#lookups.find(key) : found;
  }
}
