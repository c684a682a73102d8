import type { RelativePath } from '@tr/model';

/**
 * An absolute path as one from `root` (absolute, too), `''` for the root itself; undefined when it lies elsewhere. Windows names a path
 * with backslashes, whatever it was asked for, and takes no notice of case.
 */
export function findPlaceBelow(
  root: string,
  path: string,
  platform: NodeJS.Platform = process.platform,
): RelativePath | undefined {
  const isWindows = platform === 'win32';
  const [start, place] = isWindows ? [toSlashes(root), toSlashes(path)] : [root, path];
  const [plainStart, plainPlace] = isWindows ? [start.toLowerCase(), place.toLowerCase()] : [start, place];
  if (plainPlace === plainStart) return '';
  return plainPlace.startsWith(`${plainStart}/`) ? place.slice(start.length + 1) : undefined;
}

function toSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
