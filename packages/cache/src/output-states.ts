import type { OutputRecords } from '@tr/artifact';
import type { ActionKey, CacheEntry, TaskId } from '@tr/model';

/**
 * What this run has made of the outputs of each task, by their records. One that is no longer as this run has left it was written by
 * another one, which says so before it changes outputs.
 */
export class OutputStates {
  readonly #records: OutputRecords;
  readonly #states = new Map<TaskId, string>();

  constructor(records: OutputRecords) {
    this.#records = records;
  }

  /** This run has dealt with the record. */
  note(task: TaskId): void {
    this.#states.set(task, this.#read(task));
  }

  /** This run has brought back the outputs of an entry, or found them in place. */
  noteRestored(task: TaskId, { manifest, manifestDigest }: CacheEntry): void {
    this.#states.set(task, stateOf(manifest.actionKey, manifestDigest));
  }

  /** Whether they were those of an entry of this key when that was noted. */
  isOf(task: TaskId, key: ActionKey): boolean {
    return this.#states.get(task)?.startsWith(key) === true;
  }

  /** Whether another run has changed them since. False where this run has had nothing to do with them. */
  isDisturbed(task: TaskId): boolean {
    const state = this.#states.get(task);
    return state !== undefined && this.#read(task) !== state;
  }

  #read(task: TaskId): string {
    const record = this.#records.read(task);
    if (record?.known !== undefined) return stateOf(record.known.key, record.known.manifestDigest);
    return `unknown ${record?.unfinishedSince} ${record?.settledAt}`;
  }
}

/** Names the outputs of one stored entry. */
function stateOf(key: string, manifestDigest: string): string {
  return `${key} ${manifestDigest}`;
}
