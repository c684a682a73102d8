import { readdirSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Absolute folders of PATH, in order. */
export function pathFolders(environment: Readonly<Record<string, string>>): readonly string[] {
  return (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
}

/**
 * Folders by the parts of an absolute name, where a part may hold one `*`; sorted. Parts after the last `*` are not
 * looked at.
 */
export function expandFolders(pattern: readonly string[]): readonly string[] {
  let found: readonly string[] = ['/'];
  for (const part of pattern) {
    found = found.flatMap((folder) => (part.includes('*') ? listMatching(folder, part) : [join(folder, part)]));
  }
  return found;
}

/** `name` in the folders, each program once, by the first name it has: some look at the name they are called by. */
export function findPrograms(folders: readonly string[], name: string): readonly string[] {
  const found = new Map<string, string>();
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      const real = realpathSync(path);
      if (!found.has(real)) found.set(real, path);
    } catch {
      // Not there.
    }
  }
  return [...found.values()];
}

function listMatching(folder: string, part: string): readonly string[] {
  const [start = '', end = ''] = part.split('*');
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(start) && name.endsWith(end))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
