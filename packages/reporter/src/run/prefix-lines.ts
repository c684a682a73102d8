import { type ByteString, toByteString } from './byte-string.js';

/** Bytes handled at once: keeps memory small whatever the size of a log. */
const BLOCK = 1 << 20;
const NEWLINE = 10;

/** How lines are printed. */
export interface LinePrinting {
  readonly prefix: ByteString;
  readonly print: (lines: ByteString) => void;
  /** Applied to whole lines before the prefix; default nothing. */
  readonly change?: (lines: ByteString) => ByteString;
}

/**
 * Puts `prefix` before every line and a newline after the last one, block by block: what is printed is the result
 * when joined. Nothing comes of no bytes.
 */
export function prefixLines(bytes: Uint8Array, { prefix, print, change = (lines) => lines }: LinePrinting): void {
  const printBlock = (block: Uint8Array): void => print(prefixText(change(toByteString(block)), prefix));
  if (bytes.length <= BLOCK) return printBlock(bytes);
  for (let start = 0; start < bytes.length;) {
    const end = endOfBlock(bytes, start);
    printBlock(bytes.subarray(start, end));
    start = end;
  }
}

/** The same for a short text of lines. */
export function prefixText(lines: ByteString, prefix: ByteString): ByteString {
  if (lines === '') return lines;
  const ended = lines.endsWith('\n');
  if (prefix === '') return (ended ? lines : `${lines}\n`) as ByteString;
  const body = ended ? lines.slice(0, -1) : lines;
  return `${prefix}${body.replaceAll('\n', `\n${prefix}`)}\n` as ByteString;
}

/** A block ends after a newline, except for a last line without one; a line longer than a block is not cut. */
function endOfBlock(bytes: Uint8Array, start: number): number {
  if (bytes.length - start <= BLOCK) return bytes.length;
  const newline = bytes.indexOf(NEWLINE, start + BLOCK);
  return newline === -1 ? bytes.length : newline + 1;
}
