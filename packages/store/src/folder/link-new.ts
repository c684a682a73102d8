import { errorCode } from '@tr/model';
import type { CacheFolder } from './cache-folder.js';
import { inDirectoryOf } from './write-file.js';

/** What a file system says that has no hard links, or no more of one file. */
export const LINK_REFUSALS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** A hard link fails when the name is taken: that makes the first write win. False when it is, or links cannot be made. */
export function linkNew(folder: CacheFolder, temp: string, path: string): boolean {
  try {
    inDirectoryOf(folder, path, () => folder.disk.hardLink(temp, path));
    return true;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code !== 'EEXIST' && !LINK_REFUSALS.includes(code)) throw error;
    return false;
  }
}
