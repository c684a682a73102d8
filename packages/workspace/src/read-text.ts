import { statSync, type Stats } from 'node:fs';
import { errorCode } from '@tr/model';
import { NotAFileError, readFileText } from '@tr/quick';

/**
 * Codes that mean "there is no such file" when opening a path for reading: links in circles lead nowhere, and no file can
 * have a name that is too long or has a zero byte in it (the last code; such names come out of other files).
 */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']);

/** True for an error of the file system that only says that nothing readable is at the path. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && ABSENT.has(error.code);
}

/** Text of a file without a byte order mark; undefined when there is none. Other trouble throws, {@link NotAFileError} too. */
export function readTextIfPresent(path: string): string | undefined {
  try {
    const text = readFileText(path);
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** As {@link readTextIfPresent}, and undefined for a named pipe, a socket or a device: what nobody would look for in one. */
export function readTextIfFile(path: string): string | undefined {
  try {
    return readTextIfPresent(path);
  } catch (error) {
    if (error instanceof NotAFileError) return undefined;
    throw error;
  }
}

/** As {@link readTextIfFile}, and undefined for what this user may not read: a file whose settings are welcome, and needed by nobody. */
export function readTextIfAllowed(path: string): string | undefined {
  try {
    return readTextIfFile(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EACCES' || code === 'EPERM') return undefined;
    throw error;
  }
}

/** True when `path` is a file (a link to one counts). Trouble other than its absence throws. */
export function isFile(path: string): boolean {
  return statIfPresent(path)?.isFile() ?? false;
}

/** True when `path` is a directory (a link to one counts). Trouble other than its absence throws. */
export function isDirectory(path: string): boolean {
  return statIfPresent(path)?.isDirectory() ?? false;
}

function statIfPresent(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
