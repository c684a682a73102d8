import { basename, join } from 'node:path';
import { isSha256, sha256 } from '@tr/hash';
import type { ActionKey, RelativePath, Sha256, TaskId } from '@tr/model';
import { attempt, errorCode, readWhole, type Disk } from '@tr/store';
import type { Stamp } from './stamp.js';

/** Version of the record; part of each file. History: 1 (0.1): first. */
const RECORD_VERSION = 1;
const MAX_RECORD_BYTES = 512 * 1024 * 1024;
/** Numbers per stamp in the file. */
const STAMP_FIELDS = 5;

/**
 * What this work tree knows of the outputs of one task. `known` is set while the outputs are those of a stored
 * manifest; it is cleared before anything changes them. The paths stay, so that files of an earlier set can be
 * removed when another one is put in place.
 */
export interface OutputRecord {
  readonly known: KnownOutputs | undefined;
  /**
   * Set from the moment a command was started (or outputs were about to be changed) until its outputs were stored: what
   * is younger and matches the globs is what it left. By the clock of the file system, milliseconds.
   */
  readonly unfinishedSince: number | undefined;
  /** The outputs and what a tool remembers of them elsewhere may not fit together; see {@link RecordDraft}. */
  readonly outOfStep: boolean;
  /** Every file and link that this task is known to have left, sorted; directories end in `/`. */
  readonly paths: () => readonly RelativePath[];
}

/** The outputs on disk are those of this manifest. */
export interface KnownOutputs {
  readonly key: ActionKey;
  readonly manifestDigest: Sha256;
  /** Whether the task itself left them, or they were put there (or found there). */
  readonly origin: 'executed' | 'restored';
  /** Time by the file system's clock before the stamps were taken, milliseconds. */
  readonly sampledAt: number;
  /** In the order of the manifest's entries. */
  readonly stamps: readonly Stamp[];
}

/** A record to write. */
export interface RecordDraft {
  readonly known?: KnownOutputs;
  readonly paths: readonly RelativePath[];
  readonly unfinishedSince?: number | undefined;
  /** Set while a tool's own state outside the outputs (`*.tsbuildinfo`) may describe other outputs than those on disk. */
  readonly outOfStep?: boolean;
}

/** Records of a work tree, in one directory. Trouble with them is never more than "no record". */
export interface OutputRecords {
  /** Undefined when there is none, or it is torn, or of another version. */
  read(task: TaskId): OutputRecord | undefined;
  /** False when it could not be written: then there is none. */
  write(task: TaskId, record: RecordDraft): boolean;
  /** Paths in the records of every other task. */
  listPathsOfOthers(task: TaskId): ReadonlySet<RelativePath>;
  /** Removes files of writers that were killed before `before`, milliseconds since the epoch. */
  sweep(before: number): void;
  /** Now, by the clock of the file system the records lie on; undefined when it cannot be written. */
  sampleClock(): number | undefined;
}

/** The records below `directory` (absolute, made when needed). */
export function openOutputRecords(disk: Disk, directory: string): OutputRecords {
  const pathOf = (task: TaskId): string => join(directory, `${sha256(task).slice(0, 32)}.json`);
  let temps = 0;
  const createTemp = (): { readonly path: string; readonly file: number } => {
    const path = join(directory, `${process.pid.toString(36)}-${(temps++).toString(36)}.tmp`);
    const open = (): number => disk.open(path, 'create');
    try {
      return { path, file: open() };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') disk.makeDirectory(directory);
      else if (errorCode(error) === 'EEXIST') disk.unlink(path);
      else throw error;
      return { path, file: open() };
    }
  };
  return {
    read: (task) => {
      const read = attempt(directory, () => readWhole(disk, pathOf(task), MAX_RECORD_BYTES));
      return read.ok ? parseRecord(Buffer.from(read.value.bytes).toString('utf8'), task) : undefined;
    },
    write: (task, record) => {
      const written = attempt(directory, () => {
        const temp = createTemp();
        try {
          disk.write(temp.file, Buffer.from(formatRecord(task, record)));
        } finally {
          disk.close(temp.file);
        }
        disk.rename(temp.path, pathOf(task));
      });
      // A record that cannot be replaced may be wrong now: better none.
      if (!written.ok) attempt(directory, () => disk.unlink(pathOf(task)));
      return written.ok;
    },
    listPathsOfOthers: (task) => {
      const paths = new Set<RelativePath>();
      const own = basename(pathOf(task));
      attempt(directory, () => {
        for (const { name } of disk.readDirectory(directory)) {
          if (name === own || !name.endsWith('.json')) continue;
          const [, line = ''] = Buffer.from(readWhole(disk, join(directory, name), MAX_RECORD_BYTES).bytes)
            .toString('utf8')
            .split('\n');
          for (const path of parsePaths(line)) paths.add(path);
        }
      });
      return paths;
    },
    sweep: (before) => {
      attempt(directory, () => {
        for (const { name } of disk.readDirectory(directory)) {
          const path = join(directory, name);
          if (name.endsWith('.tmp') && (disk.lstat(path)?.mtimeMs ?? before) < before) disk.unlink(path);
        }
      });
    },
    sampleClock: () => {
      const sampled = attempt(directory, () => {
        const temp = createTemp();
        try {
          return disk.fstat(temp.file).mtimeMs;
        } finally {
          disk.close(temp.file);
          disk.unlink(temp.path);
        }
      });
      return sampled.ok ? sampled.value : undefined;
    },
  };
}

function formatRecord(task: TaskId, record: RecordDraft): string {
  const { known } = record;
  const head = {
    version: RECORD_VERSION,
    task,
    outOfStep: record.outOfStep === true,
    unfinishedSince: record.unfinishedSince,
    known: known && {
      key: known.key,
      manifest: known.manifestDigest,
      origin: known.origin,
      sampledAt: known.sampledAt,
      stamps: known.stamps.flatMap(({ size, mtimeMs, ctimeMs, inode, mode }) => [size, mtimeMs, ctimeMs, inode, mode]),
    },
  };
  // Two lines: the paths are only read when the set changes. The last line end shows that the file is whole.
  return `${JSON.stringify(head)}\n${JSON.stringify(record.paths)}\n`;
}

function parseRecord(text: string, task: TaskId): OutputRecord | undefined {
  const end = text.indexOf('\n');
  if (end === -1 || !text.endsWith('\n') || text.length === end + 1) return undefined;
  const head = parseJson(text.slice(0, end));
  if (!isRecord(head) || head['version'] !== RECORD_VERSION || head['task'] !== task) return undefined;
  const known = head['known'] === undefined ? undefined : parseKnown(head['known']);
  const since = head['unfinishedSince'];
  return {
    known,
    outOfStep: head['outOfStep'] !== false,
    unfinishedSince: typeof since === 'number' ? since : undefined,
    paths: () => parsePaths(text.slice(end + 1)),
  };
}

function parseKnown(value: unknown): KnownOutputs | undefined {
  if (!isRecord(value)) return undefined;
  const { key, manifest, sampledAt, stamps } = value;
  const origin = value['origin'] === 'executed' ? 'executed' : 'restored';
  if (!isSha256(key) || !isSha256(manifest) || typeof sampledAt !== 'number') return undefined;
  if (!Array.isArray(stamps) || stamps.length % STAMP_FIELDS !== 0) return undefined;
  const numbers = stamps as readonly unknown[];
  if (!numbers.every((number) => typeof number === 'number')) return undefined;
  return { key: key as string as ActionKey, manifestDigest: manifest, origin, sampledAt, stamps: toStamps(numbers) };
}

function toStamps(numbers: readonly number[]): Stamp[] {
  const stamps: Stamp[] = [];
  for (let at = 0; at < numbers.length; at += STAMP_FIELDS) {
    stamps.push({
      size: numbers[at] ?? -1,
      mtimeMs: numbers[at + 1] ?? 0,
      ctimeMs: numbers[at + 2] ?? 0,
      inode: numbers[at + 3] ?? 0,
      mode: numbers[at + 4] ?? 0,
    });
  }
  return stamps;
}

function parsePaths(text: string): readonly RelativePath[] {
  const value = parseJson(text);
  return Array.isArray(value) ? value.filter((path): path is string => typeof path === 'string') : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
