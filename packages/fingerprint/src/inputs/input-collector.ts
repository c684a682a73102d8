import { compareStrings, type BlobId } from '@tr/model';
import type { FileId, FileIds, PendingId } from '../files/file-ids.js';

/** Path -> blob id, sorted by path. */
export type FileRecord = Readonly<Record<string, BlobId>>;

/** Gathers files during a walk; a file found twice counts once. */
export class InputCollector {
  readonly #paths: string[] = [];
  readonly #ids: (BlobId | PendingId)[] = [];
  readonly #pendingAt: number[] = [];

  /** What was added so far; a path may be there twice. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /** `path` as it will be recorded. A file that is not there (undefined) is left out. */
  add(path: string, id: FileId): void {
    if (id === undefined) return;
    if (typeof id !== 'string') this.#pendingAt.push(this.#ids.length);
    this.#paths.push(path);
    this.#ids.push(id);
  }

  /** Asks git for what only git knows, and sorts. */
  async finish(files: FileIds): Promise<FileRecord> {
    if (this.#pendingAt.length > 0) {
      const pending = this.#pendingAt
        .map((at) => this.#ids[at])
        .filter((id): id is PendingId => typeof id === 'object');
      const resolved = await files.resolve(pending);
      this.#pendingAt.forEach((at, index) => {
        const id = resolved[index];
        if (id !== undefined) this.#ids[at] = id;
      });
    }
    return toFileRecord(this.#paths, this.#ids as readonly BlobId[]);
  }
}

/** Positions by path; undefined = as they are. A walk of one directory comes sorted, and looking costs far less than sorting. */
function findOrder(paths: readonly string[]): readonly number[] | undefined {
  for (let at = 1; at < paths.length; at++) {
    if ((paths[at - 1] ?? '') <= (paths[at] ?? '')) continue;
    return [...paths.keys()].sort((a, b) => compareStrings(paths[a] ?? '', paths[b] ?? ''));
  }
  return undefined;
}

/** Builds the sorted record. */
function toFileRecord(paths: readonly string[], ids: readonly BlobId[]): FileRecord {
  const record: Record<string, BlobId> = {};
  const order = findOrder(paths);
  for (let next = 0; next < paths.length; next++) {
    const at = order?.[next] ?? next;
    const path = paths[at] ?? '';
    const id = ids[at];
    // A plain assignment to this one name would change the prototype and lose the file.
    if (path === '__proto__')
      Object.defineProperty(record, path, { value: id, enumerable: true, writable: true, configurable: true });
    else if (id !== undefined) record[path] = id;
  }
  return record;
}
