import type { CacheFolder } from '../folder/cache-folder.js';
import { dropTemp, openTemp } from '../folder/write-file.js';
import { giveBackBatch, isWholeBatch, lendBatch } from './batch-memory.js';

/** What is written directly begins and ends at multiples of so many bytes, in memory and in the file: the largest block of a disk. */
export const BLOCK_BYTES = 4096;

const MIB = 1024 * 1024;
/** A write into the kernel's memory is dear from here on, milliseconds a MiB: copying takes a tenth to a half of it. */
const DEAR_MS_PER_MIB = 1;
/** What writes of less than this took says little, bytes. */
const LEAST_BYTES = 64 * 1024;
/** So many more dear writes than others, and the next bodies are written directly. One alone says little: another program had the processor. */
const ENOUGH_DEAR = 16;
/** So much is written directly before the kernel's memory is tried again, bytes. */
const DIRECT_BYTES = 512 * MIB;

/**
 * Decides whether large bodies go past the kernel's page cache (`O_DIRECT`). Through it is better while it has room: the disk need not be
 * waited for, and who asks next finds them in memory. Not once each write has to wait for memory, because files fill it or, on a
 * virtual machine, because the host has to give each page: that takes five to ten times the copying, on the thread that answers requests.
 * So the writes into it are timed.
 */
export class DirectWrites {
  readonly #probe: () => boolean;
  #dear = 0;
  /** Bytes that are still to be written directly. */
  #left = 0;
  #isPossible: boolean | undefined;

  /** `probe`: whether the disk takes direct writes. Asked once, when they are wanted. */
  constructor(probe: () => boolean) {
    this.#probe = probe;
  }

  /** Whether a large body that comes now is to be written directly. */
  get areWanted(): boolean {
    return this.#left > 0;
  }

  /** So many bytes were written through the page cache, and that took so long. */
  noteThrough(bytes: number, milliseconds: number): void {
    if (bytes < LEAST_BYTES) return;
    const isDear = milliseconds * MIB > bytes * DEAR_MS_PER_MIB;
    this.#dear = Math.max(0, this.#dear + (isDear ? 1 : -1));
    if (this.#dear < ENOUGH_DEAR) return;
    this.#dear = 0;
    this.#isPossible ??= this.#probe();
    if (this.#isPossible) this.#left = DIRECT_BYTES;
  }

  /** So many bytes were written directly. */
  noteDirect(bytes: number): void {
    this.#left -= bytes;
  }

  /** The disk does not take direct writes after all. */
  noteRefused(): void {
    this.#left = 0;
    this.#isPossible = false;
  }
}

/** Whether files of a folder can be written directly: many filesystems refuse to open one so, some refuse the first write. */
export function takesDirectWrites(folder: CacheFolder): boolean {
  const batch = lendBatch();
  try {
    return isWholeBatch(batch) && tryDirectWrite(folder, batch.subarray(0, BLOCK_BYTES));
  } finally {
    giveBackBatch(batch);
  }
}

function tryDirectWrite(folder: CacheFolder, block: Uint8Array): boolean {
  let path: string | undefined;
  try {
    const temp = openTemp(folder, 0o600, 'direct');
    path = temp.path;
    try {
      folder.disk.write(temp.file, block);
    } finally {
      folder.disk.close(temp.file);
    }
    return true;
  } catch {
    return false;
  } finally {
    if (path !== undefined) dropTemp(folder, path);
  }
}
