import { constants, readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { errorCode, isMissing, isUndecodable, isWithin, type RelativePath } from '@tr/model';
import { quickLookAt } from '@tr/quick';
import { unreadableInput } from './fingerprint-error.js';

/** One directory as it was when it was read. Names of other kinds (sockets, devices) are left out. */
export interface Listing {
  readonly directory: RelativePath;
  /** Sorted, as the others. */
  readonly files: readonly string[];
  readonly directories: readonly string[];
  /** Symbolic links. */
  readonly links: readonly string[];
}

/** What lies at a path itself, links not followed. */
export type PathKind = 'file' | 'directory' | 'link' | 'other';

/** Where a symbolic link leads. `real` is an absolute native path. */
export type LinkTarget =
  | { readonly kind: 'file'; readonly real: string }
  | { readonly kind: 'directory'; readonly real: string }
  /** Broken, cyclic, or to something that is neither. */
  | { readonly kind: 'none' };

/** What {@link WorkTree} is given. */
export interface WorkTreeOptions {
  /** Absolute native path, real (without links). */
  readonly root: string;
  /** Directories that are never entered: our own state. Workspace-relative. */
  readonly excludedDirectories: readonly RelativePath[];
}

/** Directories of the workspace, each read once until {@link WorkTree.forget}. */
export class WorkTree {
  readonly root: string;
  readonly #prefix: string;
  readonly #excluded: readonly RelativePath[];
  readonly #listings = new Map<RelativePath, Listing | undefined>();
  readonly #targets = new Map<RelativePath, LinkTarget>();
  #linksMet = 0;

  constructor(options: WorkTreeOptions) {
    this.root = options.root;
    this.#prefix = options.root.endsWith('/') ? options.root : `${options.root}/`;
    this.#excluded = options.excludedDirectories;
  }

  /** Absolute path of a workspace-relative one. Forward slashes, which every platform's file API takes. */
  absolute(path: RelativePath): string {
    return path === '' ? this.root : [this.#prefix, path].join('');
  }

  /** True for our own state and what lies in it. */
  isExcluded(path: RelativePath): boolean {
    return this.#excluded.some((directory) => isWithin(path, directory));
  }

  /** Undefined when there is no directory, or an excluded one. Throws FingerprintError when it cannot be read. */
  list(directory: RelativePath): Listing | undefined {
    let listing = this.#listings.get(directory);
    if (listing === undefined && !this.#listings.has(directory)) {
      listing = this.#read(directory);
      this.#listings.set(directory, listing);
    }
    if (listing !== undefined && listing.links.length > 0) this.#linksMet += 1;
    return listing;
  }

  /** How often a directory with links in it was listed: another number when a walk has met some. */
  get linksMet(): number {
    return this.#linksMet;
  }

  /** Undefined when nothing is there. Throws what the file system says. */
  kindAt(path: RelativePath): PathKind | undefined {
    const look = quickLookAt(this.absolute(path));
    return look && kindOfMode(look.mode);
  }

  /** Whether a directory has a file of this name. Reads no directory for it. */
  hasFile(directory: RelativePath, name: string): boolean {
    const listing = this.#listings.get(directory);
    if (listing !== undefined) return listing.files.includes(name);
    const path = joinPath(directory, name);
    try {
      return this.kindAt(path) === 'file';
    } catch (error) {
      if (isMissing(error)) return false;
      throw unreadableInput(path, error);
    }
  }

  /** Where the link at `path` leads, all links on the way resolved. */
  target(path: RelativePath): LinkTarget {
    let target = this.#targets.get(path);
    if (target === undefined) this.#targets.set(path, (target = this.#resolve(path)));
    return target;
  }

  /** Real path of a directory; undefined when it is gone. */
  real(directory: RelativePath): string | undefined {
    try {
      return realpathSync.native(this.absolute(directory));
    } catch (error) {
      if (isMissing(error) || errorCode(error) === 'ELOOP') return undefined;
      throw unreadableInput(directory, error);
    }
  }

  /** Trusts nothing that was read before. */
  forget(): void {
    this.#listings.clear();
    this.#targets.clear();
  }

  #read(directory: RelativePath): Listing | undefined {
    if (this.isExcluded(directory)) return undefined;
    let entries: Dirent[];
    try {
      entries = readdirSync(this.absolute(directory), { withFileTypes: true });
    } catch (error) {
      if (!isMissing(error) || isUndecodable(directory)) throw unreadableInput(directory, error);
      return undefined;
    }
    const files: string[] = [];
    const directories: string[] = [];
    const links: string[] = [];
    for (const entry of entries) {
      if (entry.isFile()) files.push(entry.name);
      else if (entry.isDirectory()) directories.push(entry.name);
      else if (entry.isSymbolicLink()) links.push(entry.name);
    }
    // The built-in order is that of UTF-16 code units, too, and takes a third of the time of a comparing function.
    return { directory, files: files.sort(), directories: directories.sort(), links: links.sort() };
  }

  #resolve(path: RelativePath): LinkTarget {
    const absolute = this.absolute(path);
    try {
      const stat = statSync(absolute);
      if (!stat.isFile() && !stat.isDirectory()) return { kind: 'none' };
      return { kind: stat.isFile() ? 'file' : 'directory', real: realpathSync.native(absolute) };
    } catch (error) {
      if (isMissing(error) || errorCode(error) === 'ELOOP') return { kind: 'none' };
      throw unreadableInput(path, error);
    }
  }
}

function kindOfMode(mode: number): PathKind {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFDIR:
      return 'directory';
    case constants.S_IFLNK:
      return 'link';
    default:
      return 'other';
  }
}

/** As `joinPath` of the model, but flat: a string that was added up is put together again at every system call. */
export function joinPath(directory: RelativePath, name: string): RelativePath {
  return directory === '' ? name : [directory, name].join('/');
}

/** The directory a path lies in; `''` for a path directly below the root. */
export function directoryOf(path: RelativePath): RelativePath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Last name of a path. */
export function nameOf(path: RelativePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
