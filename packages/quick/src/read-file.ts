import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import { quickLookAtOpen } from './look.js';
import { quickRead } from './quick-io.js';

/** How files are opened here: a named pipe that nobody writes to would be waited for without end. */
export const READ_NOW = constants.O_RDONLY | constants.O_NONBLOCK;

/** Larger files are read by Node, which knows more about them, bytes. */
const SMALL = 64 * 1024;

/** A named pipe, a socket or a device is where a file should be. `code` takes the place of the system's. */
export class NotAFileError extends Error {
  override readonly name = 'NotAFileError';
  readonly code = 'not a file';

  constructor(path: string) {
    super(`${path} is not a file`);
  }
}

let buffer: Buffer | undefined;

/**
 * The text of a file; never waits for somebody to write to it. Throws {@link NotAFileError}, or what the system says. As many calls
 * of the system as `readFileSync`, which looks for the end with another read instead of at the kind and the size.
 */
export function readFileText(path: string): string {
  const file = openFile(path);
  try {
    const { mode, size } = quickLookAtOpen(file);
    // What a read of a directory says is what it has always been.
    if (![constants.S_IFREG, constants.S_IFDIR].includes(mode & constants.S_IFMT)) throw new NotAFileError(path);
    if (size < SMALL) {
      buffer ??= Buffer.allocUnsafeSlow(SMALL);
      const read = quickRead(file, buffer, { length: size + 1, position: 0 });
      if (read === size) return buffer.toString('utf8', 0, read);
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Opens a file to read it, without waiting. What was opened may be no file: look at `fstat`. A socket throws {@link NotAFileError}. */
export function openFile(path: string): number {
  try {
    return openSync(path, READ_NOW);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENXIO') throw new NotAFileError(path);
    throw error;
  }
}

/** True for a named pipe, a socket or a device, also behind a link. */
export function isSpecialFile(path: string): boolean {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && !stats.isFile() && !stats.isDirectory();
  } catch {
    return false;
  }
}
