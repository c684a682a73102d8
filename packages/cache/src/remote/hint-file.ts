import { dirname } from 'node:path';
import { errorCode } from '@tr/model';
import { readWhole, type Disk } from '@tr/store';

/** Lines that a run remembers for later ones, which do without where it cannot be read or written. */
export class HintFile {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #maxBytes: number;

  /** `path`: absolute, of a file that may not be there. One that has become larger than `maxBytes` begins anew. */
  constructor(disk: Disk, path: string, maxBytes: number) {
    this.#disk = disk;
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  read(): string {
    return (
      this.#attempt(() => {
        try {
          return Buffer.from(readWhole(this.#disk, this.#path, this.#maxBytes).bytes).toString('utf8');
        } catch (error) {
          // Or every run would add to what none of them reads.
          if (errorCode(error) === 'EFBIG') this.#disk.unlink(this.#path);
          throw error;
        }
      }) ?? ''
    );
  }

  append(lines: string): void {
    this.#attempt(() => {
      this.#disk.makeDirectory(dirname(this.#path));
      const file = this.#disk.open(this.#path, 'append');
      try {
        this.#disk.write(file, Buffer.from(lines));
      } finally {
        this.#disk.close(file);
      }
    });
  }

  remove(): void {
    this.#attempt(() => this.#disk.unlink(this.#path));
  }

  #attempt<T>(operation: () => T): T | undefined {
    try {
      return operation();
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return undefined;
    }
  }
}
