import type { Dirent } from 'node:fs';
import { posix } from 'node:path';
import {
  compareStrings,
  errorCode,
  fail,
  isSnapshotPath,
  isUndecodable,
  joinPath,
  ok,
  STATE_DIRECTORY,
  type RelativePath,
  type Result,
} from '@tr/model';
import { createPacer, type Disk, type FileLook } from '@tr/store';
import { readLinkTarget } from './link-target.js';
import { parentOf, type OutputGlob, type OutputMatcher } from './output-globs.js';

/** An output that cannot be stored faithfully: what the not-saved reason says. */
export interface UnsafeOutput {
  readonly path: string;
  readonly detail: string;
}

/** What lies at a path. */
export type OutputType = 'file' | 'symlink' | 'directory';

/** Everything on disk that the output globs declare. */
export interface CollectedOutputs {
  /** Sorted by path, no duplicates. */
  readonly outputs: readonly { readonly path: RelativePath; readonly type: OutputType }[];
  /**
   * The inclusions, as written, when none of them matched anything. One configuration for many packages names outputs that a
   * package does not have; what is misspelt beside others shows as files that no glob declares.
   */
  readonly emptyGlobs: readonly string[];
}

/** What is wrong with an output that cannot be named as it is. */
export const NOT_UTF8 = 'a name that is not valid UTF-8';
/** Never outputs, whatever the globs say: git's folder and ours. */
const NEVER = new Set(['.git', STATE_DIRECTORY]);

/**
 * Finds the outputs below `root` (absolute). Links are outputs themselves and are never followed. Where one that is no output leads
 * to what a glob declares (a package behind a link, `dist` as a link to elsewhere), files that belong to the outputs are not found:
 * that makes the whole set unsafe, as does a path that cannot be read or is neither file, link nor directory.
 */
export async function collectOutputs(options: {
  readonly disk: Disk;
  readonly root: string;
  readonly matcher: OutputMatcher;
}): Promise<Result<CollectedOutputs, UnsafeOutput>> {
  const walk = new OutputWalk(options.disk, options.root, options.matcher);
  const [escaping] = options.matcher.outside;
  if (escaping !== undefined) return fail({ path: escaping, detail: 'an output glob that leaves the workspace' });
  for (const glob of options.matcher.includes) {
    try {
      await walk.add(glob);
    } catch (error) {
      if (!(error instanceof UnsafeOutputError)) throw error;
      return fail(error.output);
    }
  }
  const outputs = [...walk.found].map(([path, type]) => ({ path, type }));
  const emptyGlobs = outputs.length > 0 ? [] : options.matcher.includes.map(({ pattern }) => pattern);
  return ok({ outputs: outputs.sort((a, b) => compareStrings(a.path, b.path)), emptyGlobs });
}

class UnsafeOutputError extends Error {
  readonly output: UnsafeOutput;
  constructor(output: UnsafeOutput) {
    super(output.detail);
    this.output = output;
  }
}

class OutputWalk {
  readonly found = new Map<RelativePath, OutputType>();
  readonly #disk: Disk;
  readonly #root: string;
  readonly #matcher: OutputMatcher;
  readonly #pacer = createPacer();

  constructor(disk: Disk, root: string, matcher: OutputMatcher) {
    this.#disk = disk;
    this.#root = root;
    this.#matcher = matcher;
  }

  /** Adds what one glob finds. */
  async add(glob: OutputGlob): Promise<void> {
    this.#refuseLinkTo(glob);
    if (!this.#isReachable(glob.base) || this.#isHidden(glob.base)) return;
    const stats = glob.base === '' ? this.#disk.lstat(this.#root) : this.#lstat(glob.base);
    if (stats === undefined) return;
    this.#consider(glob, glob.base, stats);
    if (stats.isDirectory()) await this.#descend(glob, glob.base, 1);
  }

  /** What is behind an output that is a link is an output of its own, or is nobody's. */
  #refuseLinkTo({ base, rest }: OutputGlob): void {
    for (let above = parentOf(base); above !== ''; above = parentOf(above)) {
      if (this.#matcher.matches(above) || this.#lstat(above)?.isSymbolicLink() !== true) continue;
      throw new UnsafeOutputError({ path: above, detail: 'a link on the way to outputs' });
    }
    if (base === '' || rest === '' || this.#lstat(base)?.isSymbolicLink() !== true) return;
    const target = posix.join(parentOf(base), readLinkTarget(this.#disk, this.#root, base));
    if (!this.#matcher.matches(target) && this.#lstat(target)?.isDirectory() === true)
      throw new UnsafeOutputError({ path: base, detail: 'a link to a directory that is no output' });
  }

  async #descend(glob: OutputGlob, directory: RelativePath, level: number): Promise<void> {
    if (glob.depth !== undefined && level > glob.depth) return;
    for (const entry of this.#read(directory)) {
      const path = joinPath(directory, entry.name);
      if (NEVER.has(entry.name.toLowerCase()) || this.#matcher.isExcluded(path)) continue;
      this.#consider(glob, path, entry);
      if (entry.isDirectory()) await this.#descend(glob, path, level + 1);
    }
    await this.#pacer.turn();
  }

  #consider(glob: OutputGlob, path: RelativePath, what: Dirent | FileLook): void {
    if (!this.#matcher.matchesGlob(glob, path) || this.#matcher.isExcluded(path)) return;
    this.found.set(path, typeOf(path, what));
  }

  #isHidden(base: RelativePath): boolean {
    if (base === '' || isSnapshotPath(base)) return false;
    if (base.split('/').some((segment) => NEVER.has(segment.toLowerCase()))) return true;
    for (let path = base; path !== ''; path = parentOf(path)) if (this.#matcher.isExcluded(path)) return true;
    return false;
  }

  #isReachable(path: RelativePath): boolean {
    return readOrRefuse(path, () => isReachable(this.#disk, this.#root, path));
  }

  #lstat(path: RelativePath): FileLook | undefined {
    return readOrRefuse(path, () => this.#disk.lstat(`${this.#root}/${path}`));
  }

  #read(directory: RelativePath): readonly Dirent[] {
    return readOrRefuse(directory, () => this.#disk.readDirectory(`${this.#root}/${directory}`));
  }
}

/** True when every directory above `path` is a real one. */
export function isReachable(disk: Disk, root: string, path: RelativePath): boolean {
  for (let above = parentOf(path); above !== ''; above = parentOf(above)) {
    if (disk.lstat(`${root}/${above}`)?.isDirectory() !== true) return false;
  }
  return true;
}

function typeOf(path: RelativePath, what: Dirent | FileLook): OutputType {
  if (what.isFile()) return 'file';
  if (what.isSymbolicLink()) return 'symlink';
  if (what.isDirectory()) return 'directory';
  throw new UnsafeOutputError({ path, detail: 'neither a file, a link nor a directory' });
}

function readOrRefuse<T>(path: RelativePath, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    const detail = isUndecodable(path) ? NOT_UTF8 : `cannot be read (${code})`;
    throw new UnsafeOutputError({ path, detail });
  }
}
