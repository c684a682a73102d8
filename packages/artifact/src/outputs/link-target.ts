import { posix } from 'node:path';
import type { RelativePath } from '@tr/model';
import type { Disk } from '@tr/store';

/**
 * The text of the link at `path` below `root` (absolute), as a manifest has it. Tools link to what lies beside them by its absolute
 * path (Nuxt: `dist`): within the workspace that is a relative link, which means the same wherever the workspace lies. Every
 * directory above `path` has to be a real one.
 */
export function readLinkTarget(disk: Disk, root: string, path: RelativePath): string {
  const text = disk.readLink(`${root}/${path}`);
  if (!text.startsWith(`${root}/`)) return text;
  const inside = text.slice(root.length + 1);
  // Behind a link `..` is not what the words say.
  if (inside.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) return text;
  return posix.relative(`/${posix.dirname(path)}`, `/${inside}`) || '.';
}
