import { fail, ok } from '@tr/model';
import type { StoreResult } from '@tr/store';
import type { Bucket } from './bucket.js';
import type { ConditionalWrites, ConditionSupport } from './conditional-writes.js';
import { readObject, type ReadObject } from './read-object.js';

/** An object to put unless there is one of use. */
export interface FirstWrite {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Is what is there of no use, so that it may be replaced? */
  readonly givesWay: (there: Uint8Array) => boolean;
  /** What is larger than this is of no use either, bytes. */
  readonly limit: number;
}

/** Writers that replace what is of no use meet each other; more than a few times is not chance. */
const ROUNDS = 4;

/**
 * Puts objects by the rule that the first write wins; the value is the bytes that were there first and stay, or undefined
 * when the new ones are in place.
 *
 * With conditional writes exactly one of many writers wins, wherever they run, and one that replaces what is of no use
 * replaces just that. Where a bucket does not know one of the two conditions, a writer looks first instead: those of this
 * process wait for each other, so they keep the rule; of those of several processes that look at the same moment the last
 * one wins, and each believes that it has stored.
 */
export class FirstWriter {
  readonly #bucket: Bucket;
  readonly #conditions: ConditionalWrites;
  readonly #waiting = new Map<string, Promise<unknown>>();

  constructor(bucket: Bucket, conditions: ConditionalWrites) {
    this.#bucket = bucket;
    this.#conditions = conditions;
  }

  async put(write: FirstWrite): Promise<StoreResult<Uint8Array | undefined>> {
    const support = await this.#conditions.support();
    if (!support.ok) return support;
    if (support.value.absent) return await this.#putExactly(write, support.value);
    return await this.#inTurn(write.key, () => this.#lookThenPut(write));
  }

  async #putExactly(write: FirstWrite, support: ConditionSupport): Promise<StoreResult<Uint8Array | undefined>> {
    const { key, bytes } = write;
    for (let round = 0; round < ROUNDS; round++) {
      const put = await this.#bucket.put(key, bytes, { kind: 'absent' });
      if (!put.ok) return put;
      if (put.value === 'done') return ok(undefined);
      const there = await this.#look(write);
      if (!there.ok) return there;
      // Gone again: the next round may find the place free.
      if (there.value === undefined) continue;
      const { kept, etag } = there.value;
      // The answer to a put may be lost: the try after it then meets what the first one stored.
      if (kept !== undefined) return ok(Buffer.from(bytes).equals(kept) ? undefined : kept);
      if (!support.unchanged) return await this.#inTurn(key, () => this.#lookThenPut(write));
      const over = await this.#bucket.put(key, bytes, { kind: 'unchanged', etag });
      if (!over.ok || over.value === 'done') return over.ok ? ok(undefined) : over;
    }
    return fail({ code: 'store/io', path: key, detail: 'Contended' });
  }

  async #lookThenPut(write: FirstWrite): Promise<StoreResult<Uint8Array | undefined>> {
    const there = await this.#look(write);
    if (!there.ok) return there;
    if (there.value?.kept !== undefined) return ok(there.value.kept);
    const put = await this.#bucket.put(write.key, write.bytes);
    return put.ok ? ok(undefined) : put;
  }

  /** What is there. Bytes may be changed on their way: only what is of no use twice gives way. */
  async #look(write: FirstWrite): Promise<StoreResult<Seen | undefined>> {
    const first = await readObject(this.#bucket, write.key, write.limit);
    if (!first.ok || first.value === undefined) return first.ok ? ok(undefined) : first;
    const seen = toSeen(write, first.value);
    if (seen.kept !== undefined) return ok(seen);
    const second = await readObject(this.#bucket, write.key, write.limit);
    if (!second.ok || second.value === undefined) return second.ok ? ok(undefined) : second;
    return ok(toSeen(write, second.value));
  }

  async #inTurn<T>(key: string, operation: () => Promise<T>): Promise<T> {
    const before = this.#waiting.get(key);
    const turn = (before ?? Promise.resolve()).then(operation);
    const settled = turn.catch(() => undefined);
    this.#waiting.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.#waiting.get(key) === settled) this.#waiting.delete(key);
    }
  }
}

interface Seen {
  readonly etag: string;
  /** The bytes, when they stay. */
  readonly kept: Uint8Array | undefined;
}

function toSeen({ givesWay }: FirstWrite, { bytes, etag }: ReadObject): Seen {
  return { etag, kept: bytes === undefined || givesWay(bytes) ? undefined : bytes };
}
