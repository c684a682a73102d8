import { basename, join } from 'node:path';
import { sha256 } from '@tr/hash';
import { errorCode, type RelativePath, type TaskId } from '@tr/model';
import { attempt, readOwnEntries, readWhole, type Disk } from '@tr/store';
import { formatRecord, parsePaths, parseRecord, type OutputRecord, type RecordDraft } from './output-record.js';

/** Less than the longest string. */
const MAX_RECORD_BYTES = 256 * 1024 * 1024;
/** The clock file is begun anew when it has been asked this often. */
const MAX_CLOCK_BYTES = 64 * 1024;
const TICK = Buffer.from('.');

/** A file with more than this, and with eight times the newest record, is begun anew. */
const MAX_OLD_BYTES = 16 * 1024;

/** How often a line is written that may have gone into a file that is no longer there. */
const MOST_TRIES = 3;

/** Of what `#replace` makes: process and number. What else lies there is not ours to remove. */
const TEMP_NAME = /^[0-9a-z]+-[0-9a-z]+\.tmp$/;

/** Records of a work tree, in one directory. Trouble with them is never more than "no record". */
export interface OutputRecords {
  /** Undefined when there is none, or it is torn, or of another version. */
  read(task: TaskId): OutputRecord | undefined;
  /** Bytes of the record's file, 0 without one: another number after every write, whoever has written. */
  sizeOf(task: TaskId): number;
  /** The size of the record's file now, as `sizeOf` has it: 0 when it could not be written, then there is none. */
  write(task: TaskId, record: RecordDraft): number;
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
  /** The clock file, which stays open until the process ends. */
  #clock: number | undefined;
  /** Where one record was missing others are too (a fresh clone), and a look takes a tenth of the error that opening gives. */
  #looksFirst = false;
  readonly #paths = new Map<TaskId, string>();

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  read(task: TaskId): OutputRecord | undefined {
    const bytes = this.#readBytes(this.#pathOf(task));
    const record = bytes && parseRecord(bytes.toString('utf8'), task);
    return record && { ...record, size: bytes.length };
  }

  sizeOf(task: TaskId): number {
    return this.#sizeAt(this.#pathOf(task));
  }

  #sizeAt(path: string): number {
    const stats = attempt(path, () => this.#disk.lstat(path));
    return (stats.ok ? stats.value?.size : undefined) ?? 0;
  }

  write(task: TaskId, record: RecordDraft): number {
    const path = this.#pathOf(task);
    const bytes = Buffer.from(formatRecord(task, record));
    const written = attempt(path, () => {
      const size = this.#add(path, bytes);
      if (size - bytes.length <= Math.max(MAX_OLD_BYTES, 8 * bytes.length)) return size;
      this.#replace(path, bytes);
      return bytes.length;
    });
    if (written.ok) return written.value;
    // A record that cannot be replaced may be wrong now: better none.
    attempt(path, () => this.#disk.unlink(path));
    return this.#sizeAt(path);
  }

  listPathsOfOthers(task: TaskId): ReadonlySet<RelativePath> {
    const paths = new Set<RelativePath>();
    const own = basename(this.#pathOf(task));
    attempt(this.#directory, () => {
      for (const { name } of this.#disk.readDirectory(this.#directory)) {
        if (name === own || !name.endsWith('.json')) continue;
        for (const path of parsePaths(this.#readBytes(join(this.#directory, name))?.toString('utf8') ?? ''))
          paths.add(path);
      }
    });
    return paths;
  }

  sweep(before: number): void {
    attempt(this.#directory, () => {
      for (const { name } of readOwnEntries(this.#disk, this.#directory)) {
        if (!TEMP_NAME.test(name)) continue;
        const path = join(this.#directory, name);
        if ((this.#disk.lstat(path)?.mtimeMs ?? before) < before) this.#disk.unlink(path);
      }
    });
  }

  /** A byte written to a file shows the time: that costs a tenth of making a file. */
  sampleClock(): number | undefined {
    const path = `${this.#directory}/clock`;
    const sampled = attempt(path, () => {
      this.#clock ??= this.#inDirectory(() => this.#disk.open(path, 'append'));
      this.#disk.write(this.#clock, TICK);
      return this.#disk.fstat(this.#clock);
    });
    if (!sampled.ok) return undefined;
    if (sampled.value.size > MAX_CLOCK_BYTES) this.#stopClock(path);
    return sampled.value.mtimeMs;
  }

  #stopClock(path: string): void {
    const file = this.#clock;
    this.#clock = undefined;
    attempt(path, () => this.#disk.unlink(path));
    if (file !== undefined) attempt(path, () => this.#disk.close(file));
  }

  /** A record is looked at several times in a run. */
  #pathOf(task: TaskId): string {
    let path = this.#paths.get(task);
    if (path === undefined) this.#paths.set(task, (path = `${this.#directory}/${sha256(task).slice(0, 32)}.json`));
    return path;
  }

  #readBytes(path: string): Buffer | undefined {
    if (this.#looksFirst && this.#sizeAt(path) === 0) return undefined;
    const read = attempt(path, () => readWhole(this.#disk, path, MAX_RECORD_BYTES));
    this.#looksFirst ||= !read.ok;
    if (!read.ok) return undefined;
    const { buffer, byteOffset, length } = read.value.bytes;
    return Buffer.from(buffer, byteOffset, length);
  }

  /**
   * Before outputs change and after it a record is written. A line more takes a third of the time of another file in its place, and
   * ext4 looks at every inode that was given up within seconds when it makes a file.
   */
  #add(path: string, bytes: Uint8Array): number {
    let size = 0;
    let isThere = false;
    // Some network file systems count no links at all.
    for (let tries = 0; !isThere && tries < MOST_TRIES; tries++) {
      const file = this.#inDirectory(() => this.#disk.open(path, 'append'));
      // Another run may have put a new file in the place of the one that was just opened: nobody would read the line.
      this.#writeAll(file, bytes, () => {
        const stats = this.#disk.fstat(file);
        [isThere, size] = [stats.nlink > 0, stats.size];
      });
    }
    return size;
  }

  #replace(path: string, bytes: Uint8Array): void {
    const temp = join(this.#directory, `${process.pid.toString(36)}-${(this.#temps++).toString(36)}.tmp`);
    // Left by a killed process of the same number.
    if (this.#disk.lstat(temp) !== undefined) this.#disk.unlink(temp);
    this.#writeAll(this.#disk.open(temp, 'create'), bytes);
    this.#disk.rename(temp, path);
  }

  #writeAll(file: number, bytes: Uint8Array, check?: () => void): void {
    try {
      this.#disk.write(file, bytes);
      check?.();
    } finally {
      this.#disk.close(file);
    }
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
