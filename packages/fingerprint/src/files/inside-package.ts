import { lstatSync } from 'node:fs';
import type { RelativePath } from '@tr/model';
import { isMissing } from './fingerprint-error.js';
import { directoryOf, joinPath, type WorkTree } from './work-tree.js';

/** Everything that is not a plain name in a glob. */
const MAGIC = /[*?[\]{}()!+@\\]/;

/**
 * Tells whether all that a walk of globs looks at lies in the directory of a package, at real places: then nothing that is written
 * elsewhere changes what it finds. A walk that has met links in a listing is to be told of by its owner.
 */
export class InsidePackage {
  readonly #workTree: WorkTree;
  /** Paths that were found to be no links, nor anything above them. */
  readonly #real = new Set<RelativePath>(['']);

  constructor(workTree: WorkTree) {
    this.#workTree = workTree;
  }

  /** `patterns`: globs from `directory`. */
  has(directory: RelativePath, patterns: readonly string[]): boolean {
    return this.#isReal(directory) && patterns.every((pattern) => this.#staysIn(directory, pattern));
  }

  #staysIn(directory: RelativePath, pattern: string): boolean {
    const segments = pattern.split('/');
    if (pattern.startsWith('/') || segments.includes('..')) return false;
    let path = directory;
    for (const segment of segments) {
      if (segment === '' || segment === '.') continue;
      if (MAGIC.test(segment)) return true;
      path = joinPath(path, segment);
      if (!this.#isReal(path)) return false;
    }
    return true;
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
      return lstatSync(this.#workTree.absolute(path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
    } catch (error) {
      if (isMissing(error)) return false;
      return true;
    }
  }
}
