import type { RelativePath } from '@tr/model';
import { attempt } from '@tr/store';
import { collectOutputs } from '../outputs/collect-outputs.js';
import type { OutputMatcher } from '../outputs/output-globs.js';
import type { OutputPlace } from '../restore/restore-outputs.js';

/**
 * Gives outputs that are not older than `edit` (by the clock of the file system, milliseconds) a modification time before it. They may
 * have been made from what was there before an edit that they are younger than: a tool that compares times would take them for
 * right, and what it leaves would be stored as the result of the edit. `isSource` tells what is somebody's work.
 */
export async function dateBack(
  { disk, root }: Pick<OutputPlace, 'disk' | 'root'>,
  matcher: OutputMatcher,
  { edit, isSource = () => false }: { readonly edit: number; readonly isSource?: (path: RelativePath) => boolean },
): Promise<void> {
  if (matcher.includes.length === 0) return;
  const collected = await collectOutputs({ disk, root, matcher });
  if (!collected.ok) return;
  // Whole, so that rounding does not bring it back.
  const date = Math.ceil(edit) - 1;
  for (const { path, type } of collected.value.outputs) {
    if (type !== 'file' || isSource(path)) continue;
    const native = `${root}/${path}`;
    attempt(native, () => {
      const stats = disk.lstat(native);
      if (stats?.isFile() === true && stats.mtimeMs > date) disk.touch(native, date / 1000);
    });
  }
}
