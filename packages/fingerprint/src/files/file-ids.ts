import { lstatSync, type Stats } from 'node:fs';
import type { GitAlgorithm } from '@tr/hash';
import type { CleanStat, QuickStat } from '@tr/quick';
import { isMissing, isUndecodable, type BlobId, type RelativePath } from '@tr/model';
import { NO_RULES, type ConversionRules, type DirectoryRules } from '../git/conversion-rules.js';
import type { GitOnlyFiles } from '../git/attributes-file.js';
import type { GitIndex } from '../git/git-index.js';
import type { GitRunner } from '../git/git-runner.js';
import { isInStoredForm, type StoredForms } from '../git/stored-forms.js';
import { FingerprintError, unreadableInput } from './fingerprint-error.js';
import { hashFile } from './hash-file.js';
import type { FileStat, StatMemo } from './stat-memo.js';
import { directoryOf, joinPath, nameOf, type WorkTree } from './work-tree.js';

/** An id that only git can compute: asked for in one batch after the walk, with {@link FileIds.resolve}. */
export interface PendingId {
  readonly path: RelativePath;
  readonly stat: FileStat;
  readonly rules: DirectoryRules;
  /** True when the id may be remembered. */
  readonly isSettled: boolean;
  /** What comes behind the id: {@link STORED_FORM} or nothing. */
  readonly mark: string;
}

/** Answer for one file; undefined when it is not there, or no longer a file. */
export type FileId = BlobId | PendingId | undefined;

/** What {@link FileIds} is given. */
export interface FileIdsOptions {
  readonly workTree: WorkTree;
  readonly index: GitIndex | undefined;
  readonly algorithm: GitAlgorithm;
  /** Undefined without git: then bytes are hashed as they are. */
  readonly conversions: ConversionRules | undefined;
  readonly storedForms: StoredForms;
  readonly memo: StatMemo;
  readonly runGit: GitRunner | undefined;
  /** Undefined where Node has none. */
  readonly quickStat: QuickStat | undefined;
  /** Path of the workspace root in the repository: `''` or ending in `/`. */
  readonly prefix: string;
  /** Called for each file that has to be read: neither git's index nor the memo knows what it holds. */
  readonly onRead: (path: RelativePath) => void;
}

/** The files of one directory; see {@link FileIds.in}. */
export interface DirectoryIds {
  /** Names git's index has here; undefined when nothing below is tracked. */
  readonly tracked: ReadonlyMap<string, number> | undefined;
  idOf(name: string): FileId;
  /** The same for a name that stands at `position` of the directory's listing: no look-up by name. */
  idAt(position: number, name: string): FileId;
  /** Says that the walk has left the directory: what can be made again is let go. */
  release(): void;
}

/** Hexadecimal digits of an id. */
const ID_DIGITS: Readonly<Record<GitAlgorithm, number>> = { sha1: 40, sha256: 64 };

/** Stands behind the id of a file that lies on disk in the form that git stores, see {@link StoredForms}. */
const STORED_FORM = '+stored';

const STAT_OPTIONS = { throwIfNoEntry: false } as const;
/** Of a mode, by POSIX. */
const TYPE_BITS = 0o170000;
const REGULAR_FILE = 0o100000;

/**
 * Blob ids of files: from git's index where the stat proves the file clean, else from the stat memo, else from the
 * bytes, by git's own code where a clean filter may apply. Each file is looked at once until {@link FileIds.forget}.
 */
export class FileIds {
  readonly #options: FileIdsOptions;
  readonly #directories = new Map<RelativePath, Directory>();

  constructor(options: FileIdsOptions) {
    this.#options = options;
  }

  /** Asking by directory saves a look-up per file in the tight loops. */
  in(directory: RelativePath): DirectoryIds {
    let known = this.#directories.get(directory);
    if (known === undefined) this.#directories.set(directory, (known = new Directory(this.#options, directory)));
    return known;
  }

  idOf(path: RelativePath): FileId {
    return this.in(directoryOf(path)).idOf(nameOf(path));
  }

  /** Ids of `pending`, in order, by one `git hash-object`. Throws FingerprintError when git cannot do it. */
  async resolve(pending: readonly PendingId[]): Promise<readonly BlobId[]> {
    const { runGit, prefix, memo, workTree } = this.#options;
    if (pending.length === 0) return [];
    const paths = pending.map(({ path }) => `${quotePath(prefix + path)}\n`).join('');
    const answer = await runGit?.(['hash-object', '--stdin-paths'], Buffer.from(paths));
    const ids = Buffer.from(answer?.stdout ?? [])
      .toString('latin1')
      .split('\n')
      .slice(0, -1);
    if (answer?.exitCode !== 0 || ids.length !== pending.length) {
      const detail =
        answer === undefined ? 'git is not available' : answer.stderr.trim() || `exit code ${answer.exitCode}`;
      throw new FingerprintError({ code: 'fingerprint/git-failed', detail });
    }
    pending.forEach(({ path, stat, rules, isSettled }, at) => {
      const now = lstatSync(workTree.absolute(path), STAT_OPTIONS);
      const id = (ids[at] ?? '') as BlobId;
      if (isSettled && now !== undefined && isSameStat(now, stat)) memo.set(path, stat, { id, rules: rules.tag });
    });
    return pending.map(({ mark }, at) => withMark(ids[at] ?? '', mark));
  }

  /** Looks at every file again. */
  forget(): void {
    this.#directories.clear();
  }
}

/** Names with a line break, or that begin like a quoted one, are quoted as git's own output is. */
function quotePath(path: string): string {
  if (!/^"|[\n\r]/.test(path)) return path;
  return `"${path.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}"`;
}

function isSameStat(a: FileStat, b: FileStat): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

class Directory implements DirectoryIds {
  #tracked: ReadonlyMap<string, number> | undefined;
  #isTrackedKnown = false;
  readonly #options: FileIdsOptions;
  readonly #path: RelativePath;
  readonly #absolutePrefix: string;
  /** By position in the listing; null: not there. */
  readonly #listed: (BlobId | PendingId | null)[] = [];
  #named: Map<string, FileId> | undefined;
  #rules: DirectoryRules | undefined;
  #filtered: readonly GitOnlyFiles[] | undefined;

  constructor(options: FileIdsOptions, path: RelativePath) {
    this.#options = options;
    this.#path = path;
    // Joined, since a string that was added up is put together again at every system call.
    this.#absolutePrefix = [options.workTree.absolute(path), ''].join('/');
  }

  get tracked(): ReadonlyMap<string, number> | undefined {
    if (!this.#isTrackedKnown) {
      this.#tracked = this.#options.index?.namesIn(this.#path);
      this.#isTrackedKnown = true;
    }
    return this.#tracked;
  }

  release(): void {
    this.#tracked = undefined;
    this.#isTrackedKnown = false;
  }

  idAt(position: number, name: string): FileId {
    let id = this.#listed[position];
    if (id === undefined) this.#listed[position] = id = this.#compute(name) ?? null;
    return id ?? undefined;
  }

  idOf(name: string): FileId {
    this.#named ??= new Map();
    const known = this.#named.get(name);
    if (known !== undefined || this.#named.has(name)) return known;
    const id = this.#compute(name);
    this.#named.set(name, id);
    return id;
  }

  #compute(name: string): FileId {
    const absolute = this.#absolutePrefix + name;
    const look = this.#look(absolute, name);
    if (look === undefined || (look.mode & TYPE_BITS) !== REGULAR_FILE) return undefined;
    const entry = this.tracked?.get(name);
    const cleanId = entry === undefined ? undefined : this.#options.index?.cleanId(entry, look);
    // A copy: the next look overwrites it.
    const { size, mtimeMs, ctimeMs, ino } = look;
    const id = cleanId ?? this.#hash(absolute, joinPath(this.#path, name), { size, mtimeMs, ctimeMs, ino });
    if (id === undefined || !this.#isInStoredForm(absolute, name, size)) return id;
    return typeof id === 'string' ? withMark(id, STORED_FORM) : { ...id, mark: STORED_FORM };
  }

  #isInStoredForm(absolute: string, name: string, size: number): boolean {
    this.#filtered ??= this.#isOutside() ? [] : this.#options.storedForms.in(this.#path);
    if (this.#filtered.length === 0) return false;
    const path = joinPath(this.#path, name);
    return whileThere(path, () => isInStoredForm({ path, absolute, size }, this.#filtered ?? [])) === true;
  }

  #look(absolute: string, name: string): (CleanStat & Pick<Stats, 'mode'>) | undefined {
    const { quickStat } = this.#options;
    try {
      const look = quickStat === undefined ? lstatSync(absolute, STAT_OPTIONS) : quickStat(absolute);
      if (look === undefined && isUndecodable(name)) {
        throw unreadableInput(joinPath(this.#path, name), 'its name is not valid UTF-8');
      }
      return look;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error instanceof FingerprintError ? error : unreadableInput(joinPath(this.#path, name), error);
    }
  }

  #hash(absolute: string, path: RelativePath, stat: FileStat): FileId {
    const { memo, algorithm } = this.#options;
    const rules = this.#conversionRules();
    const known = memo.get(path, stat, rules.tag);
    // Another one when the workspace was in another repository, or in none.
    if (known?.length === ID_DIGITS[algorithm]) return known;
    this.#options.onRead(path);
    // Before the file is read: see StatMemo.
    const isSettled = memo.isSettled(stat);
    const conversion = rules.conversionOf(path);
    if (conversion === 'git') return { path, stat, rules, isSettled, mark: '' };
    const refuseConvertible = conversion === 'line-endings';
    const hashed = whileThere(path, () => hashFile(absolute, { algorithm, refuseConvertible }) ?? 'convertible');
    if (hashed === undefined) return undefined;
    if (hashed === 'convertible') return { path, stat, rules, isSettled, mark: '' };
    if (isSettled && isSameStat(hashed.stat, stat)) memo.set(path, stat, { id: hashed.id, rules: rules.tag });
    return hashed.id;
  }

  #conversionRules(): DirectoryRules {
    this.#rules ??= (this.#isOutside() ? undefined : this.#options.conversions?.of(this.#path)) ?? NO_RULES;
    return this.#rules;
  }

  /** Outside the workspace nothing says what git would do: bytes as they are. */
  #isOutside(): boolean {
    return this.#path === '..' || this.#path.startsWith('../');
  }
}

function withMark(id: string, mark: string): BlobId {
  return (id + mark) as BlobId;
}

/** What `read` comes to; undefined when the file is gone. */
function whileThere<T>(path: RelativePath, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadableInput(path, error);
  }
}
