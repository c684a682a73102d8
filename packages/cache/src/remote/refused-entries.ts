import { isSha256 } from '@tr/hash';
import { errorCode, type Sha256 } from '@tr/model';
import { readWhole, type Disk } from '@tr/store';

/** More are not remembered, bytes: a thousand. */
const MAX_BYTES = 65 * 1000;

/**
 * Remote entries that were whole and signed, but of no use to a task of this machine: a state that no server comes up on. They
 * stay where they are, since the first write wins there, but are misses here from now on. One manifest digest a line.
 */
export class RefusedEntries {
  readonly #disk: Disk;
  readonly #path: string;
  #digests: Set<string> | undefined;

  /** `path`: absolute, of a file that may not be there. */
  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  has(manifest: Sha256): boolean {
    return this.#load().has(manifest);
  }

  add(manifest: Sha256): void {
    const digests = this.#load();
    if (digests.has(manifest)) return;
    digests.add(manifest);
    try {
      this.#disk.makeDirectory(this.#path.slice(0, this.#path.lastIndexOf('/')));
      const file = this.#disk.open(this.#path, 'append');
      try {
        this.#disk.write(file, Buffer.from(`${manifest}\n`));
      } finally {
        this.#disk.close(file);
      }
    } catch (error) {
      // What cannot be written down is found out anew by the next run.
      if (errorCode(error) === undefined) throw error;
    }
  }

  #load(): Set<string> {
    this.#digests ??= new Set(this.#read().split('\n').filter(isSha256));
    return this.#digests;
  }

  #read(): string {
    try {
      return Buffer.from(readWhole(this.#disk, this.#path, MAX_BYTES).bytes).toString('utf8');
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return '';
    }
  }
}
