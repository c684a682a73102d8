import { isSha256 } from '@tr/hash';
import type { Sha256 } from '@tr/model';
import type { Disk } from '@tr/store';
import { HintFile } from './hint-file.js';

/** When there are more they are forgotten, bytes: a thousand. */
const MAX_BYTES = 65 * 1000;

/**
 * Remote entries that were whole and signed, but of no use to a task of this machine: a state that no server comes up on. They
 * stay where they are, since the first write wins there, but are misses here from now on. One manifest digest a line; what cannot be
 * written down is found out anew by the next run.
 */
export class RefusedEntries {
  readonly #file: HintFile;
  #digests: Set<string> | undefined;

  /** `path`: absolute, of a file that may not be there. */
  constructor(disk: Disk, path: string) {
    this.#file = new HintFile(disk, path, MAX_BYTES);
  }

  has(manifest: Sha256): boolean {
    return this.#load().has(manifest);
  }

  add(manifest: Sha256): void {
    const digests = this.#load();
    if (digests.has(manifest)) return;
    digests.add(manifest);
    this.#file.append(`${manifest}\n`);
  }

  #load(): Set<string> {
    this.#digests ??= new Set(this.#file.read().split('\n').filter(isSha256));
    return this.#digests;
  }
}
