import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Stats } from 'node:fs';
import { sha256 } from '@tr/hash';
import { errorCode, mayHideWrite, type BlobId, type RelativePath } from '@tr/model';

/**
 * Version of the file. History: 1 (0.1): first. 2 (0.1): the first line is the SHA-256 of what follows. Another version is ignored
 * and written over.
 */
const MEMO_VERSION = 2;
/** Hexadecimal digits of the first line. */
const DIGEST_DIGITS = 64;
/** What a killed process left of one is older, milliseconds. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

/** The fields by which a file is recognised as unchanged. */
export type FileStat = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

/**
 * One remembered file: size, mtime, ctime (milliseconds with their fraction), inode, blob id, and the tag of the
 * conversion rules its id was computed under.
 */
type Entry = readonly [size: number, mtimeMs: number, ctimeMs: number, ino: number, id: BlobId, rules: string];

/**
 * Remembers blob ids by stat between runs, so that an unchanged file is not read again. It holds only what git's index
 * cannot answer: modified, untracked and ignored files, or all of them without git. Read on the first question, since
 * a clean work tree never asks one.
 *
 * An entry is made only when the file is older, by a tick of its own file system, than a file of ours written *before* its
 * content was read: whoever changes it later then gets a later timestamp, whatever this machine's clock says.
 */
export class StatMemo {
  readonly #path: string | undefined;
  #entries: Map<RelativePath, Entry> | undefined;
  #isChanged = false;
  /** Entries there were when gone files were last taken out. */
  #kept = 0;
  #probe: Probe | undefined;

  /** `path`: absolute native path of the file; undefined remembers nothing. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  get(path: RelativePath, stat: FileStat, rules: string): BlobId | undefined {
    const entry = this.#load().get(path);
    if (entry === undefined || !isSame(entry, stat) || entry[5] !== rules) return undefined;
    return entry[4];
  }

  /** To be called before a file is read, with the result of its lstat; the answer goes to {@link set}. */
  isSettled(stat: FileStat): boolean {
    if (this.#path === undefined) return false;
    this.#probe ??= new Probe(`${this.#path}.now`);
    return !mayHideWrite(stat, this.#probe.time) || !mayHideWrite(stat, this.#probe.renew());
  }

  set(path: RelativePath, stat: FileStat, remembered: { readonly id: BlobId; readonly rules: string }): void {
    this.#load().set(path, [stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino, remembered.id, remembered.rules]);
    this.#isChanged = true;
  }

  /**
   * Writes the memo if there is something new. `isPresent` says whether a path is still worth remembering. Trouble is
   * swallowed: the next run reads the files again, that is all.
   */
  save(isPresent: (path: RelativePath) => boolean): void {
    this.#probe?.remove();
    this.#probe = undefined;
    if (!this.#isChanged || this.#path === undefined) return;
    // Entries of tasks that did not run now stay. Gone files are looked for only when the memo has doubled.
    let entries = [...this.#load()];
    if (entries.length > 2 * this.#kept + 1000) {
      entries = entries.filter(([path]) => isPresent(path));
      this.#kept = entries.length;
    }
    const temporary = `${this.#path}.${process.pid}.tmp`;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      const text = JSON.stringify({ version: MEMO_VERSION, kept: this.#kept, entries });
      writeFileSync(temporary, `${sha256(text)}\n${text}`);
      renameSync(temporary, this.#path);
      this.#isChanged = false;
      removeLeftovers(this.#path, Date.now() - LEFTOVER_AGE_MS);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      rmSync(temporary, { force: true });
    }
  }

  #load(): Map<RelativePath, Entry> {
    if (this.#entries === undefined) {
      const stored = this.#path === undefined ? NOTHING : readMemo(this.#path);
      this.#entries = new Map(stored.entries);
      this.#kept = stored.kept;
    }
    return this.#entries;
  }
}

/** What killed processes were writing: a memo may be large. */
function removeLeftovers(memo: string, before: number): void {
  for (const name of readdirSync(dirname(memo))) {
    if (!name.startsWith(`${basename(memo)}.`) || !/\.\d+\.tmp$/.test(name)) continue;
    const path = join(dirname(memo), name);
    if (lstatSync(path).mtimeMs < before) unlinkSync(path);
  }
}

function isSame(entry: Entry, stat: FileStat): boolean {
  return entry[0] === stat.size && entry[1] === stat.mtimeMs && entry[2] === stat.ctimeMs && entry[3] === stat.ino;
}

interface Stored {
  readonly kept: number;
  readonly entries: readonly (readonly [RelativePath, Entry])[];
}

const NOTHING: Stored = { kept: 0, entries: [] };

/** Whatever is not as it was written is as good as not there: a wrong id would be believed as long as its file stays. */
function readMemo(path: string): Stored {
  try {
    const file = readFileSync(path, 'utf8');
    const text = file.slice(DIGEST_DIGITS + 1);
    if (file.slice(0, DIGEST_DIGITS) !== sha256(text)) return NOTHING;
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null || !('version' in json) || json.version !== MEMO_VERSION)
      return NOTHING;
    const kept = 'kept' in json && typeof json.kept === 'number' ? json.kept : 0;
    return { kept, entries: 'entries' in json && Array.isArray(json.entries) ? json.entries.filter(isEntry) : [] };
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) !== undefined) return NOTHING;
    throw error;
  }
}

function isEntry(value: unknown): value is readonly [RelativePath, Entry] {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || !Array.isArray(value[1])) return false;
  const entry: readonly unknown[] = value[1];
  const id = entry[4];
  return (
    entry.length === 6 &&
    entry.slice(0, 4).every((field) => typeof field === 'number') &&
    typeof id === 'string' &&
    (id.length === 40 || id.length === 64) &&
    typeof entry[5] === 'string'
  );
}

/** A file that is written only to learn what time the file system thinks it is. */
class Probe {
  readonly #path: string;
  time = Number.NEGATIVE_INFINITY;

  constructor(path: string) {
    this.#path = path;
    this.renew();
  }

  /** Writes and reads the time again; where that is impossible no file is ever old enough. */
  renew(): number {
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      const file = openSync(this.#path, 'w');
      try {
        writeSync(file, '.');
        this.time = fstatSync(file).mtimeMs;
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      this.time = Number.NEGATIVE_INFINITY;
    }
    return this.time;
  }

  remove(): void {
    try {
      // `rmSync` loads a module of its own.
      unlinkSync(this.#path);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
  }
}
