import { readFileText } from '@tr/quick';

/** The text of a small file; undefined when there is none that we may read. */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readFileText(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && EXPECTED.has(String(error.code))) return undefined;
    throw error;
  }
}

const EXPECTED = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'not a file']);
