import { attempt } from '@tr/store';
import { removeTree } from './remove-tree.js';
import type { OutputPlace } from './restore-outputs.js';

/** Longer than any restore takes, milliseconds. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

/** Removes what restores that were killed have left in this work tree. */
export function sweepLeftovers(place: OutputPlace, now: number): void {
  const { disk, stagingDirectory, records } = place;
  const before = now - LEFTOVER_AGE_MS;
  records.sweep(before);
  attempt(stagingDirectory, () => {
    for (const entry of disk.readDirectory(stagingDirectory)) {
      const path = `${stagingDirectory}/${entry.name}`;
      // Adding to a tree changes the times of the directories it is added to; the top one is a lower bound.
      if (entry.name.startsWith('restore-') && (disk.lstat(path)?.ctimeMs ?? before) < before) removeTree(disk, path);
    }
  });
}
