import type { ContentStream } from '@tr/artifact';
import { fail, isSnapshotPath, ok, type ActionKey, type Manifest, type Result } from '@tr/model';
import { MAX_ARRIVALS_BYTES } from '@tr/store';
import { isWhole, lengthOf, openWholeEntry, type EntryDocument, type StreamFlaw, type WholeEntry } from '@tr/transport';

/** Unpacked, of results that wait for their tasks at one time, bytes: little that came can be much. */
export const MAX_WAITING_BYTES = 64 << 20;

/** A result that came whole with the answer to a lookup. */
export interface HeldEntry {
  readonly manifest: Manifest;
  /** As it came. */
  readonly bytes: Uint8Array;
  /** Verified. */
  readonly log: Uint8Array;
  readonly outputs: ContentStream;
}

/**
 * Results that came whole with the answer to a lookup, until they are restored: their outputs are made from memory, so that nothing
 * has to be read back that was just written.
 */
export class HeldEntries {
  readonly #held = new Map<ActionKey, { readonly document: EntryDocument; readonly entry: HeldEntry }>();
  readonly #logs = new Map<ActionKey, Uint8Array>();
  /** What is left of what one run keeps, bytes. */
  #room = MAX_ARRIVALS_BYTES;
  /** Unpacked, of what is held, bytes. */
  #waiting = 0;

  /** Opens an entry and holds it; undefined for one that has to be brought home. `bytes`: the document as it came. */
  async add(document: EntryDocument, bytes: Uint8Array): Promise<Result<HeldEntry | undefined, StreamFlaw>> {
    const unpacked = lengthOf(document.chunks);
    if (!isWhole(document) || bytes.length > this.#room || this.#waiting + unpacked > MAX_WAITING_BYTES)
      return ok(undefined);
    // Taken at once: others come while this one is opened.
    this.#room -= bytes.length;
    this.#waiting += unpacked;
    const opened = await openEntry(document, bytes);
    if (opened.ok && opened.value !== undefined) {
      this.#letGo(document.actionKey);
      this.#held.set(document.actionKey, { document, entry: opened.value });
    } else {
      this.#room += bytes.length;
      this.#waiting -= unpacked;
    }
    return opened;
  }

  /** The document of one that is held. */
  documentOf(key: ActionKey): EntryDocument | undefined {
    return this.#held.get(key)?.document;
  }

  /** Gives one away: of it only the log is held from then on. */
  take(key: ActionKey): HeldEntry | undefined {
    const entry = this.#letGo(key);
    // A copy: the piece would hold the whole stream.
    if (entry !== undefined) this.#logs.set(key, Buffer.from(entry.log));
    return entry;
  }

  #letGo(key: ActionKey): HeldEntry | undefined {
    const held = this.#held.get(key);
    this.#held.delete(key);
    if (held !== undefined) this.#waiting -= lengthOf(held.document.chunks);
    return held?.entry;
  }

  /** The log of one that was taken, given away as well. */
  takeLog(key: ActionKey): Uint8Array | undefined {
    const log = this.#logs.get(key);
    this.#logs.delete(key);
    return log;
  }
}

async function openEntry(
  document: EntryDocument,
  bytes: Uint8Array,
): Promise<Result<HeldEntry | undefined, StreamFlaw>> {
  const whole = await openWholeEntry(document);
  if (!whole.ok) return whole;
  const { manifest, read } = whole.value;
  // A state is opened as a file of the store.
  if (manifest.entries.some(({ path }) => isSnapshotPath(path))) return ok(undefined);
  const log = read(manifest.log);
  if (log === undefined) return fail({ code: 'stream/flaw', detail: 'another log' });
  return ok({ manifest, bytes, log, outputs: openOutputs(whole.value) });
}

function openOutputs({ manifest, read }: WholeEntry): ContentStream {
  return {
    read: async (wanted, sink) => {
      const left = new Set(wanted);
      for (const entry of manifest.entries) {
        if (entry.type !== 'file' || !left.delete(entry.digest.hash)) continue;
        const bytes = read(entry.digest);
        if (bytes === undefined)
          return fail({ code: 'store/corrupt', kind: 'blob', name: entry.digest.hash, detail: 'other content' });
        sink(entry.digest, bytes, true);
      }
      return await Promise.resolve(ok(undefined));
    },
  };
}
