import { errorCode } from '@tr/model';
import type { Disk } from '@tr/store';

/** Removes a directory of ours with everything below it; links are removed, not followed, nor is `path` one. Fine when it is not there. */
export function removeTree(disk: Disk, path: string): void {
  try {
    if (disk.lstat(path)?.isDirectory() === true) removeDirectory(disk, path);
  } catch (error) {
    // What cannot be removed now is swept later.
    if (errorCode(error) === undefined) throw error;
  }
}

function removeDirectory(disk: Disk, path: string): void {
  for (const entry of disk.readDirectory(path)) {
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) removeDirectory(disk, below);
    else disk.unlink(below);
  }
  disk.removeDirectory(path);
}
