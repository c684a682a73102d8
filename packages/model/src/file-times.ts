/** What the file system says of when a file was written and when anything of it was changed, milliseconds. */
export interface FileTimes {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** How far apart the times are that a file system can keep, milliseconds: FAT has even seconds, ext3 and HFS+ whole ones. */
const WHOLE_SECONDS_MS = 2000;
/** exFAT. */
const HUNDREDTHS_MS = 10;

/**
 * True when a file may have been written at `since` (by the clock of some file system, milliseconds) or later and still show
 * these times: two writes within one tick leave the same ones (git's documentation calls it the racy problem). How long a tick is,
 * is told from the change time, which nobody can set, and from nothing else: `since` may come from a file system with finer times
 * than the one that the file lies on.
 */
export function mayHideWrite({ mtimeMs, ctimeMs }: FileTimes, since: number): boolean {
  return Math.max(mtimeMs, ctimeMs) + tickOf(ctimeMs) >= since;
}

/** 0 where times are fine: what is written in the tick of `since` has its very time. */
function tickOf(ctimeMs: number): number {
  if (ctimeMs % 1000 === 0) return WHOLE_SECONDS_MS;
  return ctimeMs % 10 === 0 ? HUNDREDTHS_MS : 0;
}
