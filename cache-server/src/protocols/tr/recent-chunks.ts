import type { Digest } from '@tr/model';
import type { CacheSession } from '../../session/cache-session.js';

type Holder = CacheSession['identity'];

/** How long a chunk counts as seen, milliseconds. */
const RECENT_MS = 10 * 60 * 1000;
const MAX_REMEMBERED = 100_000;

/**
 * Chunks that this process has stored or found there a short while ago. The entry of a large result comes right after
 * thousands of them, and to ask a far store for each once more takes longer than a client waits for an answer. A chunk that went
 * meanwhile makes its entry a miss for readers, as one that goes later does.
 */
export class RecentChunks {
  readonly #seen = new Map<string, number>();
  readonly #now: () => number;

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  note(identity: Holder, chunks: readonly Digest[]): void {
    if (this.#seen.size + chunks.length > MAX_REMEMBERED) this.#seen.clear();
    for (const chunk of chunks) this.#seen.set(nameOf(identity, chunk), this.#now());
  }

  has(identity: Holder, chunk: Digest): boolean {
    const seenAt = this.#seen.get(nameOf(identity, chunk));
    return seenAt !== undefined && Math.abs(this.#now() - seenAt) < RECENT_MS;
  }
}

/** Who writes to one scope need not see what another one has. */
function nameOf({ tenant, scope }: Holder, { hash, size }: Digest): string {
  return `${tenant} ${scope} ${hash} ${size}`;
}
