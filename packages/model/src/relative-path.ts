import type { RelativePath } from './ids.js';

/** A path below a directory, either of which is relative to the workspace root; nothing is normalised. */
export function joinPath(directory: RelativePath, path: RelativePath): RelativePath {
  return directory === '' ? path : `${directory}/${path}`;
}

/** The directory that a path lies in; `''` for one directly below the root, and for the root. */
export function parentOf(path: RelativePath): RelativePath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** True for a directory itself and everything below it. */
export function isWithin(path: RelativePath, directory: RelativePath): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

/** True for a name or a link that is no UTF-8: Node puts this character for such bytes, and what it says then is not on the disk. */
export function isUndecodable(text: string): boolean {
  return text.includes('\uFFFD');
}
