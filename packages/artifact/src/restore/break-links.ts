import { errorCode } from '@tr/model';
import { uniqueDigits } from '@tr/quick';
import { attempt, createPacer, isBlobTime, readWhole, type Disk } from '@tr/store';
import { collectOutputs } from '../outputs/collect-outputs.js';
import type { OutputMatcher } from '../outputs/output-globs.js';
import type { OutputPlace } from './restore-outputs.js';

const MAX_BYTES = 2 ** 31 - 1;

/**
 * Gives the task back files of its own where outputs are hard links to the store: a command that is about to execute
 * may write to them in place, which must neither change the store nor fail because stored files are read-only. What
 * cannot be copied is removed: it is an output, and about to be made again.
 */
export async function breakLinks(place: OutputPlace, matcher: OutputMatcher): Promise<void> {
  const { disk, root } = place;
  const collected = await collectOutputs({ disk, root, matcher });
  if (!collected.ok) return;
  const pacer = createPacer();
  for (const { path, type } of collected.value.outputs) {
    if (type === 'file') attempt(root, () => breakLink(disk, `${root}/${path}`));
    await pacer.turn();
  }
}

function breakLink(disk: Disk, path: string): void {
  const stats = disk.lstat(path);
  // The time tells our links from those of a package manager.
  if (stats === undefined || !stats.isFile() || stats.nlink < 2 || !isBlobTime(stats.mtimeMs)) return;
  const copy = `${path}.${uniqueDigits(12)}`;
  try {
    const { bytes } = readWhole(disk, path, MAX_BYTES);
    const file = disk.open(copy, 'create', stats.mode | 0o200);
    try {
      disk.write(file, bytes);
    } finally {
      disk.close(file);
    }
    disk.rename(copy, path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    attempt(path, () => disk.unlink(copy));
    disk.unlink(path);
  }
}
