import { isSameDigest } from '@tr/hash';
import { errorCode, mayHideWrite, type Manifest, type ManifestEntry, type Sha256 } from '@tr/model';
import { createPacer, type Disk, type FileLook } from '@tr/store';
import { readLinkTarget } from '../outputs/link-target.js';
import { parentOf } from '../outputs/output-globs.js';
import type { KnownOutputs } from '../record/output-record.js';
import { isExecutable, isSameContentStamp, isSameStamp, NO_STAMP, toStamp, type Stamp } from '../record/stamp.js';
import { digestFileAt } from './digest-file-at.js';
import { isLinked } from './is-linked.js';

/** What a manifest is compared with. */
export interface CompareRequest {
  readonly disk: Disk;
  /** Absolute path of the workspace root. */
  readonly root: string;
  readonly manifest: Manifest;
  /** What was recorded when this very manifest was put in place or stored; undefined = every file is read. */
  readonly known: KnownOutputs | undefined;
  /** Outputs may be hard links: other links to the same file change its change time and mean nothing. */
  readonly linked: boolean;
  /** Now, by the clock of the file system; undefined when it cannot be told. */
  readonly sampleClock: () => number | undefined;
  readonly platform: NodeJS.Platform;
}

/** Which outputs are not as the manifest says. */
export interface OutputComparison {
  readonly wrong: readonly ManifestEntry[];
  /** One for each entry of the manifest, taken before content was compared; {@link NO_STAMP} for a wrong one. */
  readonly stamps: readonly Stamp[];
  /** True when every stamp was as recorded: there is nothing to put in place or to write down. */
  readonly asRecorded: boolean;
  /** A time before the stamps that are not as recorded were taken; undefined when it could not be told, or there are none. */
  readonly sampledAt: number | undefined;
}

/** The record of this manifest, if that is what the record is about. */
export function knownOf(
  known: KnownOutputs | undefined,
  entry: { readonly manifest: Manifest; readonly manifestDigest: Sha256 },
): KnownOutputs | undefined {
  const isOf =
    known?.key === entry.manifest.actionKey &&
    known.manifestDigest === entry.manifestDigest &&
    known.stamps.length === entry.manifest.entries.length;
  return isOf ? known : undefined;
}

/**
 * Compares the outputs on disk with a manifest. A file whose stamp is the recorded one is right without being read;
 * any other is read and compared by content. An output reached through a link is wrong.
 */
export async function compareOutputs(request: CompareRequest): Promise<OutputComparison> {
  const { disk, root, manifest } = request;
  const pacer = createPacer();
  const unreachable = findNoDirectories(disk, root, manifest);
  const look = (path: string): FileLook | undefined =>
    unreachable.size > 0 && unreachable.has(parentOf(path)) ? undefined : lstat(disk, root, path);
  const wrong: ManifestEntry[] = [];
  const stamps: Stamp[] = [];
  let sampledAt: number | undefined;
  let isSampled = false;
  let asRecorded = true;
  let at = 0;
  for (const entry of manifest.entries) {
    const recorded = request.known?.stamps[at++];
    let stats = look(entry.path);
    if (stats !== undefined && isRecorded({ request, entry, stats, recorded })) {
      stamps.push(recorded ?? NO_STAMP);
      continue;
    }
    asRecorded = false;
    // For what is not there no time is needed.
    if (!isSampled && (stats !== undefined || request.known !== undefined)) {
      isSampled = true;
      // The stamps so far are older than the record, so this later time holds for them as well.
      sampledAt = request.sampleClock();
      stats = look(entry.path);
    }
    const right = stats !== undefined && (await isRight({ request, entry, stats }, pacer));
    stamps.push(right && stats !== undefined ? toStamp(stats) : NO_STAMP);
    if (!right) wrong.push(entry);
    const pause = pacer.turn();
    if (pause !== undefined) await pause;
  }
  return { wrong, stamps, asRecorded: asRecorded && request.known !== undefined, sampledAt };
}

interface Comparison {
  readonly request: CompareRequest;
  readonly entry: ManifestEntry;
  readonly stats: FileLook;
  readonly recorded?: Stamp | undefined;
}

function isRecorded({ request, entry, stats, recorded }: Comparison): boolean {
  const { known, linked } = request;
  if (entry.type === 'directory') return known !== undefined && stats.isDirectory();
  if (recorded === undefined || known === undefined || !isOfType(entry, stats)) return false;
  const now = toStamp(stats);
  // With one link left, or ever, the change time says what it says of any file.
  if (entry.type === 'file' && stats.nlink > 1 && isLinked(entry.path, linked))
    return (
      isSameContentStamp(now, recorded) &&
      now.mode === recorded.mode &&
      !mayHideWrite({ mtimeMs: now.mtimeMs, ctimeMs: now.mtimeMs }, known.sampledAt)
    );
  return isSameStamp(now, recorded) && !mayHideWrite(now, known.sampledAt);
}

async function isRight({ request, entry, stats }: Comparison, pacer: ReturnType<typeof createPacer>): Promise<boolean> {
  if (!isOfType(entry, stats)) return false;
  const native = `${request.root}/${entry.path}`;
  switch (entry.type) {
    case 'directory':
      return true;
    case 'symlink':
      return orUndefined(() => readLinkTarget(request.disk, request.root, entry.path)) === entry.target;
    case 'file': {
      // On Windows no file says that it may be executed.
      const hasMode = request.platform === 'win32' || isExecutable(stats.mode) === entry.executable;
      if (stats.size !== entry.digest.size || !hasMode) return false;
      const digest = await digestFileAt(request.disk, native, pacer);
      return digest !== undefined && isSameDigest(digest, entry.digest);
    }
  }
}

function isOfType(entry: ManifestEntry, stats: FileLook): boolean {
  switch (entry.type) {
    case 'file':
      return stats.isFile();
    case 'symlink':
      return stats.isSymbolicLink();
    case 'directory':
      return stats.isDirectory();
  }
}

/** Directories above entries that are not there, or are something else than a directory, and all below those. */
function findNoDirectories(disk: Disk, root: string, manifest: Manifest): ReadonlySet<string> {
  const seen = new Set<string>(['']);
  const none = new Set<string>();
  // What is below one of them need not be looked at.
  const isThere = (path: string): boolean => {
    const above = parentOf(path);
    return (above === '' || !none.has(above)) && lstat(disk, root, path)?.isDirectory() === true;
  };
  let last = '';
  for (const { path } of manifest.entries) {
    const parent = parentOf(path);
    // Most entries lie beside the one before.
    if (parent === last) continue;
    last = parent;
    const unseen: string[] = [];
    for (let above = parent; !seen.has(above); above = parentOf(above)) {
      seen.add(above);
      unseen.push(above);
    }
    for (const above of unseen.reverse()) if (!isThere(above)) none.add(above);
  }
  return none;
}

/** Undefined also for what may not be looked at: it is then put in place again, or that fails with a reason. */
function lstat(disk: Disk, root: string, path: string): FileLook | undefined {
  return orUndefined(() => disk.lstat(`${root}/${path}`));
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
