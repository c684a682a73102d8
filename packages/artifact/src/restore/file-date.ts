import { errorCode } from '@tr/model';
import type { Disk } from '@tr/store';

/**
 * A time by the clock of the file system, milliseconds, as a modification time to set, seconds: the next whole millisecond. What was
 * written at that very time must not look newer, and seconds with a fraction are not exact.
 */
export function toDate(timeMs: number): number {
  return (Math.floor(timeMs) + 1) / 1000;
}

/** Sets the modification time of a file that was just written. Where a file system does not have that, the file keeps its own. */
export function setDate(disk: Pick<Disk, 'setTime'>, file: number, date: number | undefined): void {
  if (date === undefined) return;
  try {
    disk.setTime(file, date);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}
