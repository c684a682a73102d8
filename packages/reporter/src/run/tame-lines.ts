import type { ByteString } from './byte-string.js';

/**
 * What moves the cursor, clears or resets the terminal: `CSI` sequences except colours (`m`), save and restore of the
 * cursor, full reset (`tsc --watch` begins every round with one).
 */
// oxlint-disable-next-line no-control-regex
const MOVES = /\u001B(?:\[[\d;?]*[A-HJKSTfhlnrsu]|[78c])/g;

/** What a later part of the same line has overwritten. */
const OVERWRITTEN = /^[^\n]*\r(?=[^\r\n])/gm;

/**
 * Lines of one task as they can stand between those of others: without what would move the cursor or clear the screen,
 * and a line that was written over itself as it ended. Colours stay.
 */
export function tameLines(lines: ByteString): ByteString {
  if (!lines.includes('\u001B') && !lines.includes('\r')) return lines;
  return lines.replace(MOVES, '').replace(OVERWRITTEN, '') as ByteString;
}
