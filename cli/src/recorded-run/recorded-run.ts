import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { RECORD_FORMAT, type FileIdentity } from './call.js';

/** Numbers kept of one look: mode, inode, size, and the times of modification and of change in milliseconds. */
export const LOOK_WIDTH = 5;

/** In the place of the time of change: what is in a directory does not count. Nothing that bytes gone bad would look like. */
export const LOOSE = -1;

/** A run that found every output in place: what it looked at, and what it said. All paths are absolute and native. */
export interface RecordedRun {
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  /** What was printed, around the time the run took: a byte in each character. */
  readonly output: readonly [before: string, after: string];
  /** Variables whose values were read, and what `digestValues` said of them. */
  readonly variables: readonly [names: readonly string[], digest: string];
  /** Paths that were looked at. */
  readonly looked: readonly string[];
  /** `LOOK_WIDTH` numbers for each of `looked`. Where the last is `LOOSE`, only the first two count. */
  readonly looks: Float64Array;
  /** Nothing was there, not even a link. */
  readonly absent: readonly string[];
  /** Something was there. */
  readonly present: readonly string[];
  /** Where a path leads when all links are followed. */
  readonly resolved: readonly (readonly [path: string, target: string])[];
}

/**
 * The first line of the file. The paths follow, each ended by a zero byte, then the numbers of this machine's byte order, then line and paths
 * once more: a path that has gone bad would not be looked at, and nobody would know. To compare them takes no time, and a digest would.
 */
interface Header extends Pick<RecordedRun, 'madeAt' | 'output' | 'variables' | 'resolved'> {
  readonly format: typeof RECORD_FORMAT;
  readonly counts: readonly [looked: number, absent: number, present: number];
  readonly pathBytes: number;
}

/** The run as bytes. */
export function encodeRun(run: RecordedRun): Uint8Array {
  const { madeAt, output, variables, resolved, looked, absent, present, looks } = run;
  const paths = Buffer.from([...looked, ...absent, ...present].map((path) => `${path}\0`).join(''));
  const counts = [looked.length, absent.length, present.length] as const;
  const header: Header = {
    format: RECORD_FORMAT,
    madeAt,
    output,
    variables,
    resolved,
    counts,
    pathBytes: paths.length,
  };
  const head = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), paths]);
  return Buffer.concat([head, new Uint8Array(looks.buffer), head]);
}

/** Larger than any record, bytes. */
const MAX_RECORD = 64 << 20;
/** Never waits for a writer, never follows a link. Windows has neither. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** The run in a file, and which file that is; undefined when there is none, or it is not whole, of another format or user. */
export function readRun(path: string): { readonly run: RecordedRun; readonly identity: FileIdentity } | undefined {
  try {
    const file = openSync(path, READ);
    try {
      const identity = fstatSync(file);
      const isOurs = identity.isFile() && identity.uid === (process.getuid?.() ?? identity.uid);
      const run = isOurs && identity.size <= MAX_RECORD ? decodeRun(readFileSync(file)) : undefined;
      return run && { run, identity };
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function decodeRun(bytes: Buffer): RecordedRun | undefined {
  const headerEnd = bytes.indexOf('\n') + 1;
  const header: unknown = JSON.parse(bytes.toString('utf8', 0, headerEnd));
  if (!isHeader(header)) return undefined;
  const { counts, pathBytes, ...rest } = header;
  const [lookedCount, absentCount, presentCount] = counts;
  const pathsEnd = headerEnd + pathBytes;
  const looksEnd = pathsEnd + lookedCount * LOOK_WIDTH * 8;
  if (bytes.length !== looksEnd + pathsEnd || bytes.compare(bytes, looksEnd, bytes.length, 0, pathsEnd) !== 0)
    return undefined;
  const paths = bytes.toString('utf8', headerEnd, pathsEnd).split('\0');
  const absentEnd = lookedCount + absentCount;
  if (paths.length !== absentEnd + presentCount + 1) return undefined;
  // A copy, since the numbers have to begin at a multiple of their size.
  const looks = new Float64Array(new Uint8Array(bytes.subarray(pathsEnd, looksEnd)).buffer);
  return {
    ...rest,
    looks,
    looked: paths.slice(0, lookedCount),
    absent: paths.slice(lookedCount, absentEnd),
    present: paths.slice(absentEnd, -1),
  };
}

/** The rest of what is wrong with a header shows in what follows it. */
function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false;
  const { format, madeAt, output, variables, resolved, counts } = value as Partial<Record<keyof Header, unknown>>;
  return (
    format === RECORD_FORMAT &&
    typeof madeAt === 'number' &&
    isList(output, isText) &&
    output.length === 2 &&
    Array.isArray(variables) &&
    isList(variables[0], isText) &&
    isText(variables[1]) &&
    isList(resolved, (pair) => isList(pair, isText) && pair.length === 2) &&
    isList(counts, (count) => Number.isInteger(count) && (count as number) >= 0)
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';

function isList(value: unknown, isItem: (item: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.every(isItem);
}
