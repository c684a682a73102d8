import type { RelativePath } from '@tr/model';
import type { EntryName } from './entry-names.js';

const SLASH = 0x2f;
/** Per entry: where its name begins and ends, and its offset in the file. */
const FIELDS = 3;

/** An entry whose stat must not be trusted: in conflict, intent-to-add, assume-unchanged or skip-worktree. */
export const UNTRUSTED = 0;

/**
 * Entries of an index file below one directory. Names are made into strings only for the directories asked about: most
 * of what a run touches of a large index would otherwise live as long as the run.
 */
export interface ParsedIndex {
  /** True for a directory that leads to an entry. */
  hasDirectory(directory: RelativePath): boolean;
  /**
   * Name -> offset of the entry in the file, or {@link UNTRUSTED}, of the entries directly in a directory. Undefined
   * when nothing below it is tracked. Made anew at every call.
   */
  namesIn(directory: RelativePath): ReadonlyMap<string, number> | undefined;
  /** Directories of submodules, checked out or not. */
  readonly submodules: readonly RelativePath[];
  /** `.gitignore` files that a sparse checkout leaves out, and that count all the same. */
  readonly leftOutRules: readonly RelativePath[];
}

const RULES = '.gitignore';

/** Whether an entry that a sparse checkout leaves out is one for {@link ParsedIndex.leftOutRules}. */
export function isRules(path: RelativePath): boolean {
  return path === RULES || path.endsWith(`/${RULES}`);
}

/** Sorts entries into directories. They come in the order of their paths, so that neighbours mostly share one. */
export class EntryDirectories implements ParsedIndex {
  /** Directory -> numbers of its entries, as pairs of first and one past the last. */
  readonly #runs = new Map<RelativePath, number[]>([['', []]]);
  readonly #prefix: Buffer;
  /** Outside the heap. */
  readonly #table: Int32Array;
  #count = 0;
  /** What the places of names refer to. */
  #bytes: Buffer = Buffer.alloc(0);
  /** Bytes of the current directory, with the slash after it, as characters. */
  #directory = '';
  #run: number[];
  readonly #submodules = new Set<RelativePath>();
  readonly #leftOutRules: RelativePath[] = [];

  /** `prefix`: see IndexFile. */
  constructor(prefix: Buffer, capacity: number) {
    this.#prefix = prefix;
    this.#table = new Int32Array(capacity * FIELDS);
    this.#run = this.#enter('');
  }

  hasDirectory(directory: RelativePath): boolean {
    return this.#runs.has(directory);
  }

  get submodules(): readonly RelativePath[] {
    return [...this.#submodules];
  }

  get leftOutRules(): readonly RelativePath[] {
    return this.#leftOutRules;
  }

  /** One in conflict comes several times. */
  addSubmodule(name: EntryName): void {
    const path = this.#pathOf(name);
    if (path !== undefined) this.#submodules.add(path);
  }

  /** An entry that a sparse checkout leaves out. */
  addLeftOut(name: EntryName): void {
    const { bytes, end } = name;
    if (bytes.toString('latin1', end - RULES.length, end) !== RULES) return;
    const path = this.#pathOf(name);
    if (path !== undefined && isRules(path)) this.#leftOutRules.push(path);
  }

  #pathOf({ bytes, start, end }: EntryName): RelativePath | undefined {
    const pathAt = start + this.#prefix.length;
    return pathAt < end && startsWith(bytes, start, this.#prefix) ? bytes.toString('utf8', pathAt, end) : undefined;
  }

  namesIn(directory: RelativePath): ReadonlyMap<string, number> | undefined {
    const runs = this.#runs.get(directory);
    if (runs === undefined) return undefined;
    const names = new Map<string, number>();
    for (let at = 0; at < runs.length; at += 2) {
      for (let entry = runs[at] ?? 0; entry < (runs[at + 1] ?? 0); entry++) {
        const start = this.#table[entry * FIELDS];
        const name = this.#bytes.toString('utf8', start, this.#table[entry * FIELDS + 1]);
        // A second entry of one name is a conflict: none of its stages says what is on disk.
        names.set(name, names.has(name) ? UNTRUSTED : (this.#table[entry * FIELDS + 2] ?? UNTRUSTED));
      }
    }
    return names;
  }

  /**
   * Adds an entry, with its offset in the file or {@link UNTRUSTED}; false for a path that git does not write. Entries that do not lie
   * below the prefix are passed over.
   */
  add({ bytes, start, end }: EntryName, offset: number): boolean {
    const pathAt = start + this.#prefix.length;
    if (pathAt >= end || !startsWith(bytes, start, this.#prefix)) return true;
    let nameAt = end;
    for (let byte = bytes[nameAt - 1]; nameAt > pathAt && byte !== SLASH; byte = bytes[nameAt - 1]) {
      if (byte === 0) return false;
      nameAt--;
    }
    if (nameAt === end || !this.#turnTo(bytes, pathAt, nameAt)) return false;
    this.#bytes = bytes;
    const entry = this.#count++;
    this.#table[entry * FIELDS] = nameAt;
    this.#table[entry * FIELDS + 1] = end;
    this.#table[entry * FIELDS + 2] = offset;
    const last = this.#run.length - 1;
    if (this.#run[last] === entry) this.#run[last] = entry + 1;
    else this.#run.push(entry, entry + 1);
    return true;
  }

  /** Makes the directory whose path, with the slash after it, stands there the current one. */
  #turnTo(bytes: Buffer, start: number, end: number): boolean {
    const directory = bytes.toString('latin1', start, end);
    if (directory === this.#directory) return true;
    if (directory.includes('\0')) return false;
    this.#directory = directory;
    this.#run = this.#enter(start === end ? '' : bytes.toString('utf8', start, end - 1));
    return true;
  }

  #enter(directory: RelativePath): number[] {
    const known = this.#runs.get(directory);
    if (known !== undefined) return known;
    const run: number[] = [];
    this.#runs.set(directory, run);
    this.#enter(directory.slice(0, Math.max(0, directory.lastIndexOf('/'))));
    return run;
  }
}

/** Compares from the end, where neighbours in a sorted list differ. */
function startsWith(bytes: Buffer, at: number, prefix: Buffer): boolean {
  for (let index = prefix.length - 1; index >= 0; index--) {
    if (bytes[at + index] !== prefix[index]) return false;
  }
  return true;
}
