import * as fs from 'node:fs';
import { findInternals } from './internals.js';

/** What `writeSync` and `readSync` call when they have looked at each argument by itself, a tenth of the work of a small restore. */
interface FileInternals {
  /** Undefined, with a number in `failure`, when it failed. */
  writeBuffer(
    file: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: null,
    request: undefined,
    failure: { errno?: number },
  ): number | undefined;
  /** `position` -1: where the file is. */
  read(file: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
}

/** How they call them, in every Node from 20.19 to 25: internals end the process for any other call. */
const KNOWN_WRITE = /result = binding\.writeBuffer\(fd, buffer, offset, length, position,\s+undefined, ctx\);/;
const KNOWN_READ = /return binding\.read\(fd, buffer, offset, length, position\);/;
/** Lengths are 32-bit numbers there. */
const MAX_LENGTH = 2 ** 31 - 1;

/** Undefined where there is no quick way; not known before the first call. */
let writer: Quick<'writeSync'> | undefined | 'unknown' = 'unknown';
let reader: Quick<'readSync'> | undefined | 'unknown' = 'unknown';

/** A function of `fs`, and what it calls. While another one stands in its place, somebody watches it, and that one is called. */
interface Quick<Name extends 'writeSync' | 'readSync'> {
  readonly known: (typeof fs)[Name];
  readonly internals: FileInternals;
}

/** Writes what is behind `offset`, or the beginning of that; how much, in bytes. Throws what `writeSync` does. */
export function quickWrite(file: number, bytes: Uint8Array, offset = 0): number {
  if (writer === 'unknown') writer = openQuick('writeSync', KNOWN_WRITE);
  const length = bytes.length - offset;
  if (writer !== undefined && fs.writeSync === writer.known && isPart(bytes, offset, length) && isFile(file)) {
    const failure: { errno?: number } = {};
    const written = writer.internals.writeBuffer(file, bytes, offset, length, null, undefined, failure);
    if (failure.errno === undefined && written !== undefined) return written;
    // Node has the words for it.
  }
  return fs.writeSync(file, bytes, offset, length);
}

/** Reads `length` bytes or fewer to `offset`, from where the file is or from `position`; how many. Throws what `readSync` does. */
export function quickRead(
  file: number,
  buffer: Uint8Array,
  { offset = 0, length = buffer.length - offset, position = -1 }: ReadPlace = {},
): number {
  if (reader === 'unknown') reader = openQuick('readSync', KNOWN_READ);
  if (reader !== undefined && fs.readSync === reader.known && isPart(buffer, offset, length) && isFile(file))
    if (Number.isSafeInteger(position) && position >= -1)
      return reader.internals.read(file, buffer, offset, length, position);
  return fs.readSync(file, buffer, offset, length, position);
}

/** Where to, how much and where from. */
export interface ReadPlace {
  readonly offset?: number;
  readonly length?: number;
  readonly position?: number;
}

function isPart(bytes: Uint8Array, offset: number, length: number): boolean {
  return (
    Number.isInteger(offset) &&
    Number.isInteger(length) &&
    offset >= 0 &&
    length > 0 &&
    offset + length <= bytes.length &&
    bytes.length <= MAX_LENGTH
  );
}

function isFile(file: number): boolean {
  return Number.isInteger(file) && file >= 0 && file <= MAX_LENGTH;
}

function openQuick<Name extends 'writeSync' | 'readSync'>(name: Name, call: RegExp): Quick<Name> | undefined {
  const known = fs[name];
  const internals = findInternals('fs') as FileInternals | undefined;
  return internals !== undefined && call.test(known.toString()) ? { known, internals } : undefined;
}
