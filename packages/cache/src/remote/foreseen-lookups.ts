import type { ActionKey } from '@tr/model';
import type { LookupBatcher } from './lookup-batcher.js';
import { MAX_ENTRIES_IN_MEMORY, type RemoteResult } from './remote-backend.js';

type Answer = Promise<RemoteResult<Uint8Array | undefined>>;

/** Answers that wait for their question at most: with what came inside them they are in memory. */
const MOST = 128;

/** Lookups of keys that somebody will most likely ask for, made ahead so that many of them go in one request. */
export class ForeseenLookups {
  readonly #lookups: LookupBatcher;
  readonly #answers = new Map<ActionKey, Answer>();
  /** Of the answers that have come, bytes. */
  #waiting = 0;
  #wake: (() => void) | undefined;

  constructor(lookups: LookupBatcher) {
    this.#lookups = lookups;
  }

  /** Resolves when there is room for the next one. To be called for one key after the other. */
  async add(key: ActionKey): Promise<void> {
    if (!this.#answers.has(key)) this.#answers.set(key, this.#ask(key));
    while (this.#answers.size >= MOST || this.#waiting >= MAX_ENTRIES_IN_MEMORY)
      await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  async #ask(key: ActionKey): Answer {
    const answer = await this.#lookups.find(key);
    this.#waiting += sizeOf(answer);
    return answer;
  }

  /** The entry of a key; undefined when there is none. */
  async find(key: ActionKey): Promise<RemoteResult<Uint8Array | undefined>> {
    const answer = this.#answers.get(key);
    const found = await answer;
    if (found !== undefined && this.#answers.delete(key)) this.#waiting -= sizeOf(found);
    this.#wake?.();
    // Somebody may have stored it since.
    return found === undefined || (found.ok && found.value === undefined) ? await this.#lookups.find(key) : found;
  }
}

function sizeOf(answer: Awaited<Answer>): number {
  return answer.ok ? (answer.value?.length ?? 0) : 0;
}
