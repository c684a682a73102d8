import type { ByteString } from './byte-string.js';

/**
 * What drives the terminal: `CSI` sequences except colours (`m`); commands and questions to it (its answer would come as if it
 * were typed, to the shell after the run) except hyperlinks (`OSC 8`); other sets of characters; save and restore of the cursor,
 * full reset (`tsc --watch` begins every round with one) and the like.
 */
const DRIVES =
  // oxlint-disable-next-line no-control-regex
  /\u001B(?:\[(?![\d:;]*m)[0-?]*[ -/]*[@-~]|\](?!8;)[^\u0007\n\u001B]*(?:\u0007|\u001B\\)|[PX^_][^\n\u001B]*\u001B\\|[ -/]+[0-~]|[0-OQ-WYZ`-~])/g;

/** What a later part of the same line has overwritten. */
const OVERWRITTEN = /^[^\n]*\r(?=[^\r\n])/gm;

/**
 * Lines of one task as they can stand between those of others: without what would move the cursor, clear the screen or make the
 * terminal answer, and a line that was written over itself as it ended. Colours stay.
 */
export function tameLines(lines: ByteString): ByteString {
  if (!lines.includes('\u001B') && !lines.includes('\r')) return lines;
  return lines.replace(DRIVES, '').replace(OVERWRITTEN, '') as ByteString;
}
