import { closeSync } from 'node:fs';
import type { RelativePath } from '@tr/model';
import { openFile, quickRead } from '@tr/quick';
import { readTextIfThere } from '../files/read-text.js';
import { directoryOf, joinPath, type WorkTree } from '../files/work-tree.js';
import { listAttributesAbove, parseAttributes, type GitOnlyFiles, type WorkspacePlace } from './attributes-file.js';

/** A pointer of Git LFS is smaller (its specification); `hawser` is its first name. */
const MOST_POINTER_BYTES = 1024;
const POINTER = /^version https:\/\/(?:git-lfs|hawser)\.github\.com\/spec\//;
/** What git-crypt has encrypted. */
const ENCRYPTED = '\0GITCRYPT\0';
const HEADER_BYTES = 64;

/**
 * Finds files that lie on disk in the form that git stores, by a filter that has not been applied: pointers that Git LFS has not fetched,
 * what git-crypt has not unlocked. Git names the file in both forms by one id, and what is made of them is not the same.
 */
export class StoredForms {
  readonly #workTree: WorkTree;
  readonly #place: WorkspacePlace;
  readonly #filtered = new Map<RelativePath, readonly GitOnlyFiles[]>();

  /** `place`: undefined without git; then `.gitattributes` files count all the same. */
  constructor(workTree: WorkTree, place: WorkspacePlace | undefined) {
    this.#workTree = workTree;
    this.#place = place ?? { above: [], prefix: '' };
  }

  /** What may have a filter in a directory; mostly nothing. */
  in(directory: RelativePath): readonly GitOnlyFiles[] {
    let filtered = this.#filtered.get(directory);
    if (filtered === undefined) this.#filtered.set(directory, (filtered = this.#read(directory)));
    return filtered;
  }

  #read(directory: RelativePath): readonly GitOnlyFiles[] {
    const outer = directory === '' ? this.#readAbove() : this.in(directoryOf(directory));
    if (!this.#workTree.hasFile(directory, '.gitattributes')) return outer;
    const path = this.#workTree.absolute(joinPath(directory, '.gitattributes'));
    const own = readFiltered(path, (file) => (directory === '' ? file : file.slice(directory.length + 1)));
    return own.length === 0 ? outer : [...own, ...outer];
  }

  #readAbove(): readonly GitOnlyFiles[] {
    return listAttributesAbove(this.#place).flatMap(({ path, before }) => readFiltered(path, (file) => before + file));
  }
}

function readFiltered(path: string, toInner: (file: RelativePath) => string): readonly GitOnlyFiles[] {
  const text = readTextIfThere(path);
  return text?.includes('filter') === true ? parseAttributes(text, path, toInner).gitOnly : [];
}

/** A file that {@link isInStoredForm} is asked about. */
export interface FileOnDisk {
  readonly path: RelativePath;
  /** Absolute native path. */
  readonly absolute: string;
  readonly size: number;
}

/** Whether a file that one of the filters is for lies there as git stores it. Throws what the file system throws. */
export function isInStoredForm({ path, absolute, size }: FileOnDisk, filtered: readonly GitOnlyFiles[]): boolean {
  const mayBePointer = size < MOST_POINTER_BYTES;
  // Of a large file of Git LFS nothing is read.
  if (!filtered.some(({ matches, isLfs }) => (mayBePointer || !isLfs) && matches(path))) return false;
  const header = readHeader(absolute);
  return header.startsWith(ENCRYPTED) || (mayBePointer && POINTER.test(header));
}

function readHeader(path: string): string {
  const file = openFile(path);
  try {
    const buffer = Buffer.allocUnsafe(HEADER_BYTES);
    return buffer.toString('latin1', 0, quickRead(file, buffer, { position: 0 }));
  } finally {
    closeSync(file);
  }
}
