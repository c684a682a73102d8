import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import type { GitAlgorithm } from '@tr/hash';
import type { CleanStat } from '@tr/quick';
import { isMissing, mayHideWrite, type BlobId, type RelativePath } from '@tr/model';
import { UNTRUSTED, type ParsedIndex } from './entry-directories.js';
import { parseIndex, type IndexRefusal } from './parse-index.js';

/** What git's index knows about the files of the workspace. */
export interface GitIndex extends ParsedIndex {
  /** Modification time of the file when it was read, milliseconds. */
  readonly time: number;
  /** The blob id of an entry, provided that `stat` proves the file unchanged since git looked; else undefined. */
  cleanId(entry: number, stat: CleanStat): BlobId | undefined;
}

/** What {@link readGitIndex} is given. */
export interface IndexLocation {
  /** Absolute native path of the index file. */
  readonly path: string;
  readonly algorithm: GitAlgorithm;
  /** See IndexFile. */
  readonly prefix: string;
}

/**
 * Reads the index of a work tree. `missing`: nothing is tracked yet. The other refusals mean that git has to be asked.
 */
export function readGitIndex(location: IndexLocation): GitIndex | IndexRefusal | 'missing' {
  const file = readWithTime(location.path);
  if (file === undefined) return 'missing';
  const parsed = parseIndex({ bytes: file.bytes, algorithm: location.algorithm, prefix: location.prefix });
  if (typeof parsed === 'string') return parsed;
  return new FileGitIndex(parsed, file, location.algorithm);
}

interface TimedFile {
  readonly bytes: Buffer;
  /** Milliseconds since the epoch, with what fraction a double holds. */
  readonly mtimeMs: number;
}

/** Git replaces the index by a rename: an open descriptor has bytes and time of one version. */
function readWithTime(path: string): TimedFile | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return { mtimeMs: fstatSync(file).mtimeMs, bytes: readFileSync(file) };
  } finally {
    closeSync(file);
  }
}

class FileGitIndex implements GitIndex {
  readonly #parsed: ParsedIndex;
  readonly #words: DataView;
  readonly #bytes: Buffer;
  readonly #indexTime: number;
  readonly #hashBytes: number;

  constructor(parsed: ParsedIndex, file: TimedFile, algorithm: GitAlgorithm) {
    this.#parsed = parsed;
    this.#bytes = file.bytes;
    this.#words = new DataView(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength);
    this.#indexTime = file.mtimeMs;
    this.#hashBytes = algorithm === 'sha1' ? 20 : 32;
  }

  hasDirectory(directory: RelativePath): boolean {
    return this.#parsed.hasDirectory(directory);
  }

  namesIn(directory: RelativePath): ReadonlyMap<string, number> | undefined {
    return this.#parsed.namesIn(directory);
  }

  get time(): number {
    return this.#indexTime;
  }

  get submodules(): readonly RelativePath[] {
    return this.#parsed.submodules;
  }

  get leftOutRules(): readonly RelativePath[] {
    return this.#parsed.leftOutRules;
  }

  cleanId(entry: number, stat: CleanStat): BlobId | undefined {
    if (entry === UNTRUSTED) return undefined;
    const words = this.#words;
    const word = (field: number): number => words.getUint32(entry + field);
    // The fields git compares by default (match_stat_data), and nanoseconds too as far as a double has them: exactly
    // the sum that Node makes of its two parts.
    if (word(36) !== stat.size || word(8) * 1000 + word(12) / 1e6 !== stat.mtimeMs) return undefined;
    if (word(0) * 1000 + word(4) / 1e6 !== stat.ctimeMs || word(20) !== stat.ino >>> 0) return undefined;
    if (word(28) !== stat.uid || word(32) !== stat.gid || (word(24) & 0o170000) !== 0o100000) return undefined;
    if (mayHideWrite(stat, this.#indexTime)) return undefined;
    const id = this.#bytes.toString('hex', entry + 40, entry + 40 + this.#hashBytes) as BlobId;
    // Git marks an entry that it found racy by the size 0: only the empty blob may have that.
    return stat.size === 0 && id !== EMPTY_BLOB[this.#hashBytes] ? undefined : id;
  }
}

const EMPTY_BLOB: Readonly<Record<number, string>> = {
  20: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  32: '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
};
