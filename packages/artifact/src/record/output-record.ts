import { isSha256 } from '@tr/hash';
import { isRecord, type ActionKey, type RelativePath, type Sha256, type TaskId } from '@tr/model';
import type { Stamp } from './stamp.js';

/** Version of the record; part of each file. History: 1 (0.1): first. 2 (0.1): a line each, the last one counts. */
const RECORD_VERSION = 2;
/** Between the two parts of a line; in JSON it can only be escaped. */
const SEPARATOR = '\t';
/** Numbers per stamp in the file. */
const STAMP_FIELDS = 5;

/**
 * What this work tree knows of the outputs of one task. `known` is set while the outputs are those of a stored
 * manifest; it is cleared before anything changes them. The paths stay, so that files of an earlier set can be
 * removed when another one is put in place.
 */
export interface OutputRecord {
  /** Bytes of its file, when it was read; see `OutputRecords.sizeOf`. */
  readonly size: number;
  readonly known: KnownOutputs | undefined;
  /**
   * Set from the moment a command was started (or outputs were about to be changed) until its outputs were stored: what
   * is younger and matches the globs is what it left. By the clock of the file system, milliseconds.
   */
  readonly unfinishedSince: number | undefined;
  /**
   * When the last command had ended and its outputs were not stored; `paths` has all that it left. By the clock of the
   * file system, milliseconds.
   */
  readonly settledAt: number | undefined;
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
  readonly settledAt?: number | undefined;
  /** Set while a tool's own state outside the outputs (`*.tsbuildinfo`) may describe other outputs than those on disk. */
  readonly outOfStep?: boolean;
}

/** A record as what is added to its file, whatever a killed writer has left at the end of it. */
export function formatRecord(task: TaskId, record: RecordDraft): string {
  const { known } = record;
  const head = {
    version: RECORD_VERSION,
    task,
    outOfStep: record.outOfStep === true,
    unfinishedSince: record.unfinishedSince,
    settledAt: record.settledAt,
    known: known && {
      key: known.key,
      manifest: known.manifestDigest,
      origin: known.origin,
      sampledAt: known.sampledAt,
      stamps: toNumbers(known.stamps),
    },
  };
  // Two parts: the paths are only read when the set changes. The line end shows that the line is whole.
  return `\n${JSON.stringify(head)}${SEPARATOR}${JSON.stringify(record.paths)}\n`;
}

/** A record has thousands of them: `flatMap` takes several times as long. */
function toNumbers(stamps: readonly Stamp[]): readonly number[] {
  const numbers: number[] = [];
  for (const { size, mtimeMs, ctimeMs, inode, mode } of stamps) numbers.push(size, mtimeMs, ctimeMs, inode, mode);
  return numbers;
}

/** Reads the last whole line of a record file; undefined when it is torn, of another version or of another task. */
export function parseRecord(text: string, task: TaskId): Omit<OutputRecord, 'size'> | undefined {
  const [headText, pathsText] = splitLastLine(text);
  const head = parseJson(headText);
  if (!isRecord(head) || head['version'] !== RECORD_VERSION || head['task'] !== task) return undefined;
  const known = head['known'] === undefined ? undefined : parseKnown(head['known']);
  const since = head['unfinishedSince'];
  const settledAt = head['settledAt'];
  return {
    known,
    outOfStep: head['outOfStep'] !== false,
    unfinishedSince: typeof since === 'number' ? since : undefined,
    settledAt: typeof settledAt === 'number' ? settledAt : undefined,
    paths: () => toPaths(pathsText),
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

/** The paths in the last whole line of a record file, whosever it is. */
export function parsePaths(text: string): readonly RelativePath[] {
  return toPaths(splitLastLine(text)[1]);
}

function splitLastLine(text: string): readonly [head: string, paths: string] {
  let end = text.lastIndexOf('\n');
  // A line begins with the end of what may stand before it.
  while (end > 0 && text[end - 1] === '\n') end -= 1;
  const line = text.slice(text.lastIndexOf('\n', end - 1) + 1, Math.max(end, 0));
  const separator = line.indexOf(SEPARATOR);
  return separator === -1 ? ['', ''] : [line.slice(0, separator), line.slice(separator + 1)];
}

function toPaths(text: string): readonly RelativePath[] {
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
