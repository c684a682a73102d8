import * as fs from 'node:fs';
import type { Stats } from 'node:fs';
import { findInternals } from './internals.js';

/** What git's index is compared with. Times in milliseconds. */
export type CleanStat = Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'uid' | 'gid'>;

/** Looks at one path; undefined when nothing is there. The answer is the same object every time. Throws what `lstatSync` does. */
export type QuickStat = (path: string) => QuickLook | undefined;

/** What one look finds. Times in milliseconds. */
export type QuickLook = CleanStat & Pick<Stats, 'mode' | 'nlink' | 'dev'>;

/** Looks at an open file. The answer is the same object every time. Throws what `fstatSync` does. */
export type QuickFileStat = (file: number) => QuickLook;

type Look = { -readonly [Field in keyof QuickLook]: QuickLook[Field] };

/** What `lstatSync` and `fstatSync` call: the answer is an array of numbers that the next call overwrites. */
interface FileBinding {
  readonly fstat: (
    this: void,
    file: number,
    bigint: false,
    request: undefined,
    shouldNotThrow: false,
  ) => Float64Array | undefined;
  lstat: (
    this: void,
    path: string,
    bigint: false,
    request: undefined,
    throwIfNoEntry: false,
  ) => Float64Array | undefined;
}

/** Places in that array. */
const DEVICE = 0;
const MODE = 1;
const LINKS = 2;
const UID = 3;
const GID = 4;
const INODE = 7;
const SIZE = 8;
const MTIME_S = 12;
const MTIME_NS = 13;
const CTIME_S = 14;
const CTIME_NS = 15;

/** How `lstatSync` calls it, in every Node from 20.19 to 24: any other call could mean something else. */
const KNOWN_CALL = /binding\.lstat\(\s*[^,]+,\s*options\.bigint,\s*undefined,\s*options\.throwIfNoEntry,?\s*\)/;
/** And `fstatSync`. */
const KNOWN_FILE_CALL = /binding\.fstat\(\s*fd,\s*options\.bigint,\s*undefined,\s*false,?\s*\)/;

/**
 * `lstatSync` without its `Stats`: that object and its four `Date`s take as long as the system call, and most of the garbage
 * that a run over 10,000 unchanged files makes is them. Node has no public call for it, so this one is only used
 * where it looks as it always has, and says the same about `probe` (a path that is there). Undefined elsewhere: `lstatSync`
 * does the same, slower.
 */
export function openQuickStat(probe: string): QuickStat | undefined {
  if (process.platform === 'win32' || !KNOWN_CALL.test(fs.lstatSync.toString())) return undefined;
  try {
    const binding = findBinding();
    const quick = binding && createQuickStat(binding);
    return quick !== undefined && isRight(quick(probe), fs.lstatSync(probe)) ? quick : undefined;
  } catch {
    return undefined;
  }
}

/** `fstatSync` without its `Stats`, in the same way; `probe` is any open file. */
export function openQuickFileStat(probe: number): QuickFileStat | undefined {
  if (process.platform === 'win32' || !KNOWN_FILE_CALL.test(fs.fstatSync.toString())) return undefined;
  try {
    const binding = findBinding();
    const quick = binding && createQuickFileStat(binding);
    return quick !== undefined && isRight(quick(probe), fs.fstatSync(probe)) ? quick : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Calls back for every look of `lstatSync` and of a `QuickStat`, also those that Node's own functions take: with what was there
 * (an object that the next look overwrites), undefined for nothing, or an error where that is not known. The returned function
 * ends it. Undefined where there is no `QuickStat`.
 */
export function watchLooks(
  listener: (path: unknown, found: QuickLook | undefined | Error) => void,
  probe: string,
): (() => void) | undefined {
  const binding = openQuickStat(probe) && findBinding();
  if (binding === undefined) return undefined;
  const { lstat } = binding;
  const askLater = lstat as (...args: unknown[]) => ReturnType<typeof lstat>;
  const look = createLook();
  // A call that is answered later has three arguments. No rest of them, which for each look would take longer than the look costs us.
  binding.lstat = (path, bigint, request, throwIfNoEntry) => {
    let fields;
    try {
      fields = request === undefined ? lstat(path, bigint, request, throwIfNoEntry) : askLater(path, bigint, request);
    } catch (error) {
      listener(path, error as Error);
      throw error;
    }
    // With big integers, or with a request that is answered later, it is another answer.
    const isKnown = fields === undefined ? request === undefined : fields instanceof Float64Array;
    listener(path, isKnown ? fields && readFields(fields, look) : new Error('another answer'));
    return fields;
  };
  return () => {
    binding.lstat = lstat;
  };
}

function findBinding(): FileBinding | undefined {
  return findInternals('fs') as FileBinding | undefined;
}

function createLook(): Look {
  return { size: 0.5, mtimeMs: 0.5, ctimeMs: 0.5, ino: 0.5, uid: 0, gid: 0, mode: 0, nlink: 0, dev: 0 };
}

function createQuickFileStat(binding: FileBinding): QuickFileStat {
  const look = createLook();
  return (file) => {
    const fields = binding.fstat(file, false, undefined, false);
    if (fields === undefined) throw new Error('no stat of an open file');
    return readFields(fields, look);
  };
}

function createQuickStat(binding: FileBinding): QuickStat {
  const look = createLook();
  return (path) => {
    const fields = binding.lstat(path, false, undefined, false);
    return fields && readFields(fields, look);
  };
}

/** Fills `look`, and returns it. */
function readFields(fields: Float64Array, look: Look): Look {
  look.dev = fields[DEVICE] ?? Number.NaN;
  look.mode = fields[MODE] ?? Number.NaN;
  look.nlink = fields[LINKS] ?? Number.NaN;
  look.uid = fields[UID] ?? Number.NaN;
  look.gid = fields[GID] ?? Number.NaN;
  look.ino = fields[INODE] ?? Number.NaN;
  look.size = fields[SIZE] ?? Number.NaN;
  // Exactly the sums that Node makes.
  look.mtimeMs = (fields[MTIME_S] ?? Number.NaN) * 1000 + (fields[MTIME_NS] ?? Number.NaN) / 1e6;
  look.ctimeMs = (fields[CTIME_S] ?? Number.NaN) * 1000 + (fields[CTIME_NS] ?? Number.NaN) / 1e6;
  return look;
}

function isRight(quick: ReturnType<QuickStat>, stats: Stats): boolean {
  if (quick === undefined) return false;
  const { dev, mode, nlink, uid, gid, ino, size, mtimeMs, ctimeMs } = quick;
  return (
    dev === stats.dev &&
    mode === stats.mode &&
    nlink === stats.nlink &&
    uid === stats.uid &&
    gid === stats.gid &&
    ino === stats.ino &&
    size === stats.size &&
    mtimeMs === stats.mtimeMs &&
    ctimeMs === stats.ctimeMs
  );
}
