import { stripVTControlCharacters } from 'node:util';

/** Characters of one line shown. */
const LINE_WIDTH = 500;

/** Control characters except the tab, by their numbers: classes of Unicode take V8 a quarter of a millisecond to set up. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\0-\x08\n-\x1F\x7F-\x9F]/g;

/** The last `count` lines of a log as plain text: no escape sequences, a progress line as it ended. */
export function lastLines(log: Uint8Array, count: number): string[] {
  const lines = Buffer.from(log.buffer, log.byteOffset, log.byteLength).toString('utf8').split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return (count < lines.length ? lines.slice(-count) : lines).map(toPlainLine);
}

function toPlainLine(line: string): string {
  const plain = stripVTControlCharacters(line).trimEnd();
  const shown = plain.slice(plain.lastIndexOf('\r') + 1).replace(CONTROL, '');
  return shown.length > LINE_WIDTH ? `${shown.slice(0, LINE_WIDTH)}…` : shown;
}
