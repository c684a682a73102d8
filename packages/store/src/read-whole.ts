import type { ContentBuffer } from './content-buffer.js';
import type { Disk } from './disk.js';
import type { FileLook } from './file-look.js';

/** A file read at once, with the stat of what was read. */
export interface WholeFile {
  readonly bytes: Uint8Array;
  readonly stats: FileLook;
}

/** Thrown like an error of the operating system when a file is larger than it may be. */
class FileTooLargeError extends Error {
  readonly code = 'EFBIG';
}

/**
 * Reads a file of at most `limit` bytes. Throws errors of the operating system, `EFBIG` when it is larger. `lent`: for the bytes;
 * without it they are the caller's to keep.
 */
export function readWhole(disk: Disk, path: string, limit: number, lent?: ContentBuffer): WholeFile {
  const file = disk.open(path, 'read');
  try {
    const stats = disk.fstat(file);
    if (stats.size > limit) throw new FileTooLargeError(path);
    const buffer = lent?.take(stats.size) ?? Buffer.allocUnsafe(stats.size);
    return { bytes: buffer.subarray(0, disk.read(file, buffer)), stats };
  } finally {
    disk.close(file);
  }
}
