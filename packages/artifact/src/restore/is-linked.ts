import { isSnapshotPath, type RelativePath } from '@tr/model';

/** A hidden file, or one directly in a hidden directory. */
const NOTES = /(?:^|\/)\.[^/]+(?:\/[^/]+)?$/;

/**
 * Whether an output is put in place as a hard link to its blob. `linked` is the setting of the task. Left out are a tool's
 * notes (`node_modules/.package-lock.json`, `.pnpm/lock.yaml`, `.pnp.cjs`, the shims in `.bin`): package managers write
 * them in place the next time somebody calls them, which would change the blob, or fail where stored files are read-only.
 */
export function isLinked(path: RelativePath, linked: boolean): boolean {
  return isSnapshotPath(path) || (linked && !NOTES.test(path));
}
