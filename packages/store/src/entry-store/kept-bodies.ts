import type { BodyDigest, BodyHash } from '../body-store.js';
import type { FileLook } from '../file-look.js';
import type { CacheFolder } from '../folder/cache-folder.js';
import { attempt } from '../trouble.js';
import { BodyMemory, type BodyPlace } from './body-memory.js';
import type { HeldBody } from './entry-store.js';
import { isSameFile, isYoungFile } from './same-file.js';

/** How much is kept. */
export interface KeepOptions {
  /** Bytes of memory; 0 = none. */
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Tells whether a store has verified a blob while its file had this stat. */
export type IsVerified = (digest: BodyDigest, stats: FileLook) => boolean;

/** Makes the memory of a store. */
export type OpenKeptBodies = (folder: CacheFolder, isVerified: IsVerified) => KeptBodies;

/** Memory for the bodies of one store. A port of its own: who stores and never serves need not load it. */
export function keepBodies(options: KeepOptions): OpenKeptBodies {
  return (folder, isVerified) => new KeptBodies(folder, { ...options, isVerified });
}

/**
 * Bodies of a folder that are asked for again and again, answered from memory while their files are what they were. Only what the
 * store would give from the file without verifying it again is given from here.
 */
class KeptBodies {
  readonly #folder: CacheFolder;
  readonly #memory: BodyMemory;
  readonly #isVerified: IsVerified;
  readonly #now: () => number;

  constructor(folder: CacheFolder, { bytes, now, isVerified }: KeepOptions & { readonly isVerified: IsVerified }) {
    this.#folder = folder;
    this.#memory = new BodyMemory(bytes);
    this.#isVerified = isVerified;
    this.#now = now;
  }

  /** See `hold` of `StreamBlobStore`. What goes wrong here goes wrong again where the file is read, and is told there. */
  hold(digest: BodyDigest): HeldBody | undefined {
    if (!this.#memory.fits(digest)) return undefined;
    const path = this.#folder.blobPath(digest.hash);
    const held = attempt(path, () => this.#look(digest, path));
    return held.ok ? held.value : undefined;
  }

  /** The blob is removed. */
  forget(hash: BodyHash): void {
    this.#memory.forget(hash);
  }

  #look(digest: BodyDigest, path: string): HeldBody | undefined {
    const stats = this.#folder.disk.lstat(path);
    if (stats?.isFile() !== true || stats.size !== digest.size) {
      this.forget(digest.hash);
      return undefined;
    }
    const found = this.#memory.find(digest, stats);
    if (found !== undefined || !this.#isVerified(digest, stats) || isYoungFile(stats, this.#now())) return found;
    const place = this.#memory.place(digest);
    return place && this.#fill(place, { path, stats });
  }

  /** Reads the file that has this stat; undefined when it is another one by now. */
  #fill(place: BodyPlace, { path, stats }: { readonly path: string; readonly stats: FileLook }): HeldBody | undefined {
    const { disk } = this.#folder;
    let isRead = false;
    try {
      const file = disk.open(path, 'read');
      try {
        isRead = disk.readAt(file, place.bytes, 0) === place.bytes.length && isSameFile(stats, disk.fstat(file));
      } finally {
        disk.close(file);
      }
    } finally {
      if (!isRead) place.drop();
    }
    return isRead ? place.keep(stats) : undefined;
  }
}
