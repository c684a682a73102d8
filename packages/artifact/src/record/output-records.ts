import { basename, join } from 'node:path';
import { sha256 } from '@tr/hash';
import type { RelativePath, TaskId } from '@tr/model';
import { attempt, errorCode, readWhole, type Disk } from '@tr/store';
import { formatRecord, parsePaths, parseRecord, type OutputRecord, type RecordDraft } from './output-record.js';

const MAX_RECORD_BYTES = 512 * 1024 * 1024;
/** The clock file is begun anew when it has been asked this often. */
const MAX_CLOCK_BYTES = 64 * 1024;

/** Records of a work tree, in one directory. Trouble with them is never more than "no record". */
export interface OutputRecords {
  /** Undefined when there is none, or it is torn, or of another version. */
  read(task: TaskId): OutputRecord | undefined;
  /** False when it could not be written: then there is none. */
  write(task: TaskId, record: RecordDraft): boolean;
  /** Paths in the records of every other task. */
  listPathsOfOthers(task: TaskId): ReadonlySet<RelativePath>;
  /** Removes files of writers that were killed before `before`, milliseconds since the epoch. */
  sweep(before: number): void;
  /** Now, by the clock of the file system the records lie on; undefined when it cannot be written. */
  sampleClock(): number | undefined;
}

/** The records below `directory` (absolute, made when needed). */
export function openOutputRecords(disk: Disk, directory: string): OutputRecords {
  return new FileOutputRecords(disk, directory);
}

class FileOutputRecords implements OutputRecords {
  readonly #disk: Disk;
  readonly #directory: string;
  #temps = 0;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  read(task: TaskId): OutputRecord | undefined {
    const path = this.#pathOf(task);
    const text = this.#readText(path) ?? this.#readText(nextOf(path));
    return text === undefined ? undefined : parseRecord(text, task);
  }

  write(task: TaskId, record: RecordDraft): boolean {
    const path = this.#pathOf(task);
    const written = attempt(path, () => this.#replace(path, formatRecord(task, record)));
    // A record that cannot be replaced may be wrong now: better none.
    if (!written.ok) for (const name of [path, nextOf(path)]) attempt(name, () => this.#disk.unlink(name));
    return written.ok;
  }

  listPathsOfOthers(task: TaskId): ReadonlySet<RelativePath> {
    const paths = new Set<RelativePath>();
    const own = basename(this.#pathOf(task));
    attempt(this.#directory, () => {
      for (const { name } of this.#disk.readDirectory(this.#directory)) {
        if (name === own || !name.endsWith('.json')) continue;
        const [, line = ''] = this.#readText(join(this.#directory, name))?.split('\n') ?? [];
        for (const path of parsePaths(line)) paths.add(path);
      }
    });
    return paths;
  }

  sweep(before: number): void {
    attempt(this.#directory, () => {
      for (const { name } of this.#disk.readDirectory(this.#directory)) {
        const path = join(this.#directory, name);
        if (name.endsWith('.tmp') && (this.#disk.lstat(path)?.mtimeMs ?? before) < before) this.#disk.unlink(path);
      }
    });
  }

  /** A byte written to a file shows the time: that costs a tenth of making a file. */
  sampleClock(): number | undefined {
    const path = join(this.#directory, 'clock');
    const sampled = attempt(path, () => {
      const file = this.#inDirectory(() => this.#disk.open(path, 'append'));
      try {
        this.#disk.write(file, Buffer.from('.'));
        return this.#disk.fstat(file);
      } finally {
        this.#disk.close(file);
      }
    });
    if (!sampled.ok) return undefined;
    if (sampled.value.size > MAX_CLOCK_BYTES) attempt(path, () => this.#disk.unlink(path));
    return sampled.value.mtimeMs;
  }

  #pathOf(task: TaskId): string {
    return join(this.#directory, `${sha256(task).slice(0, 32)}.json`);
  }

  #readText(path: string): string | undefined {
    const read = attempt(path, () => readWhole(this.#disk, path, MAX_RECORD_BYTES));
    return read.ok ? Buffer.from(read.value.bytes).toString('utf8') : undefined;
  }

  /**
   * Some file systems write a file to the disk when it is renamed over another one, which takes longer than all the
   * rest. So the old one is removed first; in between, readers find the new one under its other name.
   */
  #replace(path: string, text: string): void {
    const temp = this.#writeTemp(text);
    if (this.#disk.lstat(path) === undefined) {
      this.#disk.rename(temp, path);
      return;
    }
    this.#disk.rename(temp, nextOf(path));
    this.#disk.unlink(path);
    this.#disk.rename(nextOf(path), path);
  }

  #writeTemp(text: string): string {
    const path = join(this.#directory, `${process.pid.toString(36)}-${(this.#temps++).toString(36)}.tmp`);
    const open = (): number => this.#inDirectory(() => this.#disk.open(path, 'create'));
    let file: number;
    try {
      file = open();
    } catch (error) {
      // Left by a killed process of the same number.
      if (errorCode(error) !== 'EEXIST') throw error;
      this.#disk.unlink(path);
      file = open();
    }
    try {
      this.#disk.write(file, Buffer.from(text));
    } finally {
      this.#disk.close(file);
    }
    return path;
  }

  #inDirectory<T>(operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      this.#disk.makeDirectory(this.#directory);
      return operation();
    }
  }
}

function nextOf(path: string): string {
  return `${path}.next`;
}
