import { errorCode } from '@tr/model';
import type { Disk } from './disk.js';

/**
 * A rename for Windows, which puts nothing in the place of a file that is read-only, as blobs and links to them are: such a file is made
 * writable first. It is as it was when that was not the trouble.
 */
export function replaceFile(disk: Pick<Disk, 'rename' | 'lstat' | 'setMode'>, from: string, to: string): void {
  try {
    disk.rename(from, to);
  } catch (error) {
    const there = errorCode(error) === 'EPERM' ? disk.lstat(to) : undefined;
    if (there?.isFile() !== true || (there.mode & 0o222) !== 0) throw error;
    disk.setMode(to, (there.mode & 0o777) | 0o222);
    try {
      disk.rename(from, to);
    } catch (again) {
      disk.setMode(to, there.mode & 0o777);
      throw again;
    }
  }
}
