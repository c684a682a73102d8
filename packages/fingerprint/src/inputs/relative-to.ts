import type { RelativePath } from '@tr/model';

/** A workspace-relative path as seen from `directory`: `src/a`, `../../x`; `''` for the directory itself. */
export function relativeTo(directory: RelativePath, path: RelativePath): string {
  if (directory === '') return path;
  if (path.startsWith(`${directory}/`)) return path.slice(directory.length + 1);
  const from = directory.split('/');
  const to = path === '' ? [] : path.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}
