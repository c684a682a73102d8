import { isMissing, type RelativePath } from '@tr/model';
import { compileGlob, literalStartOf } from '../globs/glob.js';
import { directoryOf, joinPath, type WorkTree } from './work-tree.js';

/**
 * Tells whether all that a walk of globs looks at lies in the directory of a package, at real places: then nothing that is written
 * elsewhere changes what it finds. A walk that has met links in a listing is to be told of by its owner.
 */
export class InsidePackage {
  readonly #workTree: WorkTree;
  /** Directories of packages, and those above them, that were found to be no links. */
  readonly #real = new Set<RelativePath>(['']);

  constructor(workTree: WorkTree) {
    this.#workTree = workTree;
  }

  /** `patterns`: globs from `directory`. */
  has(directory: RelativePath, patterns: readonly string[]): boolean {
    return this.#isReal(directory) && patterns.every((pattern) => this.#staysIn(directory, pattern));
  }

  /** Asks the globs that are walked: a walk goes straight to the end of what each begins with, whatever lies on the way. */
  #staysIn(directory: RelativePath, pattern: string): boolean {
    return compileGlob(directory, pattern).every((glob) => {
      const start = literalStartOf(glob);
      if (start === directory) return true;
      return isBelow(start, directory) && !this.#hasLinkBetween(directory, start);
    });
  }

  /** Looked at each time: what is put in place in the package may be a link. */
  #hasLinkBetween(directory: RelativePath, start: RelativePath): boolean {
    let path = directory;
    const names = start.slice(directory === '' ? 0 : directory.length + 1).split('/');
    return names.some((name) => this.#isLink((path = joinPath(path, name))));
  }

  /** What is not there is no link; whatever comes there is written to a real place, the one above. */
  #isReal(path: RelativePath): boolean {
    if (this.#real.has(path)) return true;
    if (!this.#isReal(directoryOf(path)) || this.#isLink(path)) return false;
    this.#real.add(path);
    return true;
  }

  #isLink(path: RelativePath): boolean {
    try {
      return this.#workTree.kindAt(path) === 'link';
    } catch (error) {
      return !isMissing(error);
    }
  }
}

function isBelow(path: RelativePath, directory: RelativePath): boolean {
  if (directory === '') return path !== '..' && !path.startsWith('../');
  return path.startsWith(`${directory}/`);
}
