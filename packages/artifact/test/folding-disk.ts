import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nodeDisk, type Disk } from '@tr/store';

/** A disk on which case does not count, and names stay as they were first written, as APFS and NTFS have them. */
export const foldingDisk: Disk = {
  ...nodeDisk,
  lstat: (path) => nodeDisk.lstat(resolve(path)),
  readDirectory: (path) => nodeDisk.readDirectory(resolve(path)),
  readLink: (path) => nodeDisk.readLink(resolve(path)),
  open: (path, how, mode) => nodeDisk.open(resolve(path), how, mode),
  makeDirectory: (path) => nodeDisk.makeDirectory(resolve(path)),
  makeLink: (target, path) => nodeDisk.makeLink(target, resolve(path)),
  rename: (from, to) => nodeDisk.rename(resolve(from), resolve(to)),
  unlink: (path) => nodeDisk.unlink(resolve(path)),
  removeDirectory: (path) => nodeDisk.removeDirectory(resolve(path)),
};

/** The path of what is there by this name in any case; the path itself for nothing. */
function resolve(path: string): string {
  if (dirname(path) === path) return path;
  const above = resolve(dirname(path));
  const name = basename(path);
  try {
    const names = readdirSync(above);
    return join(above, names.find((each) => each.toLowerCase() === name.toLowerCase()) ?? name);
  } catch {
    return join(above, name);
  }
}
