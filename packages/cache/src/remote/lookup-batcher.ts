import type { ActionKey } from '@tr/model';
import type { RemoteResult } from './remote-backend.js';
import { unexpected } from './unexpected.js';

/** Asks for many keys at once. */
export type BatchLookup = (keys: readonly ActionKey[]) => Promise<RemoteResult<ReadonlyMap<ActionKey, Uint8Array>>>;

/** Requests that may be under way at once; keys that come meanwhile wait and go together. */
const PARALLEL = 2;

/** Collects the keys that become known at about the same time into one request. */
export class LookupBatcher {
  readonly #lookup: BatchLookup;
  readonly #limit: number;
  #waiting = new Map<ActionKey, ((result: RemoteResult<Uint8Array | undefined>) => void)[]>();
  #running = 0;
  #isScheduled = false;

  constructor(lookup: BatchLookup, limit: number) {
    this.#lookup = lookup;
    this.#limit = limit;
  }

  /** The entry of a key; undefined when there is none. */
  find(key: ActionKey): Promise<RemoteResult<Uint8Array | undefined>> {
    return new Promise((resolve) => {
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), resolve]);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#running >= PARALLEL || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    // After the tasks that are ready now have said what they want.
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    const batch = [...this.#waiting].slice(0, this.#limit);
    for (const [key] of batch) this.#waiting.delete(key);
    this.#running++;
    this.#schedule();
    const result = await this.#ask(batch.map(([key]) => key));
    this.#running--;
    this.#schedule();
    for (const [key, resolves] of batch) {
      const answer = result.ok ? { ok: true as const, value: result.value.get(key) } : result;
      for (const resolve of resolves) resolve(answer);
    }
  }

  /** Whoever waits for a batch hears something whatever happens. */
  async #ask(keys: readonly ActionKey[]): ReturnType<BatchLookup> {
    try {
      return await this.#lookup(keys);
    } catch (error) {
      return unexpected(error);
    }
  }
}
