import type { CleanStat } from '@tr/quick';
import { mayHideWrite, type BlobId, type RelativePath } from '@tr/model';
import type { GitIndex } from './git-index.js';
import { isRules, UNTRUSTED } from './entry-directories.js';

/** Arguments that make git print every entry with its stat: the input of {@link parseTrackedListing}. */
export const TRACKED_LISTING_ARGUMENTS: readonly string[] = [
  'ls-files',
  '-z',
  '-v',
  '--stage',
  '--debug',
  '--full-name',
];

/** What {@link parseTrackedListing} is given. */
export interface TrackedListing {
  readonly output: Uint8Array;
  /** mtime of the index file, taken before git was asked; milliseconds. */
  readonly indexTime: number;
  /** See IndexFile. */
  readonly prefix: string;
}

interface TrackedEntry {
  readonly id: BlobId;
  readonly ctimeMs: number;
  readonly mtimeMs: number;
  readonly ino: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
}

/**
 * One entry: `<tag> <mode> <id> <stage>\t<path>\0` and then lines of stat fields. The tag is in upper case unless the
 * entry is assumed unchanged, `S` for skip-worktree.
 */
const ENTRY =
  /([A-Za-z?]) (\d{6}) ([0-9a-f]+) ([0-3])\t([^\0]+)\0 {2}ctime: (\d+):(\d+)\n {2}mtime: (\d+):(\d+)\n {2}dev: \d+\tino: (\d+)\n {2}uid: (\d+)\tgid: (\d+)\n {2}size: (\d+)\tflags: ([0-9a-f]+)\n/y;
const SUBMODULE_MODE = '160000';
/** Bits of the printed flags. */
const INTENT_TO_ADD = 0x2000_0000;
const SKIP_WORKTREE = 0x4000_0000;

/** Reads what git prints for {@link TRACKED_LISTING_ARGUMENTS}; undefined when it is not understood. */
export function parseTrackedListing({ output, indexTime, prefix }: TrackedListing): GitIndex | undefined {
  const text = Buffer.from(output).toString('utf8');
  const directories = new Map<RelativePath, Map<string, number>>([['', new Map<string, number>()]]);
  const entries: (TrackedEntry | undefined)[] = [undefined];
  const submodules = new Set<RelativePath>();
  const leftOutRules: RelativePath[] = [];
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < text.length) {
    const match = ENTRY.exec(text);
    if (match === null) return undefined;
    const path = match[5] ?? '';
    if (!path.startsWith(prefix)) continue;
    const entry = toEntry(match);
    if (match[2] === SUBMODULE_MODE) submodules.add(path.slice(prefix.length));
    if ((flagsOf(match) & SKIP_WORKTREE) !== 0 && isRules(path)) leftOutRules.push(path.slice(prefix.length));
    add(directories, path.slice(prefix.length), entry === undefined ? UNTRUSTED : entries.push(entry) - 1);
  }
  return {
    hasDirectory: (directory) => directories.has(directory),
    namesIn: (directory) => directories.get(directory),
    submodules: [...submodules],
    leftOutRules,
    time: indexTime,
    cleanId: (at, stat) => {
      const entry = entries[at];
      return entry !== undefined && isUnchanged(entry, stat) && !mayHideWrite(stat, indexTime) ? entry.id : undefined;
    },
  };
}

/** Undefined for an entry whose stat must not be trusted. */
function toEntry(match: RegExpExecArray): TrackedEntry | undefined {
  const [, tag, mode, id, stage] = match;
  const field = (at: number): number => Number(match[at]);
  if (tag !== 'H' || stage !== '0' || mode?.startsWith('100') !== true) return undefined;
  if ((flagsOf(match) & (INTENT_TO_ADD | SKIP_WORKTREE)) !== 0) return undefined;
  return {
    id: id as BlobId,
    ctimeMs: field(6) * 1000 + field(7) / 1e6,
    mtimeMs: field(8) * 1000 + field(9) / 1e6,
    ino: field(10),
    uid: field(11),
    gid: field(12),
    size: field(13),
  };
}

function flagsOf(match: RegExpExecArray): number {
  return Number.parseInt(match[14] ?? '', 16);
}

function isUnchanged(entry: TrackedEntry, stat: CleanStat): boolean {
  return (
    // A racily clean entry is marked by the size 0: such a file is read.
    stat.size !== 0 &&
    entry.size === stat.size &&
    entry.mtimeMs === stat.mtimeMs &&
    entry.ctimeMs === stat.ctimeMs &&
    entry.ino === stat.ino >>> 0 &&
    entry.uid === stat.uid &&
    entry.gid === stat.gid
  );
}

function add(directories: Map<RelativePath, Map<string, number>>, path: RelativePath, entry: number): void {
  const cut = path.lastIndexOf('/');
  const names = enter(directories, path.slice(0, Math.max(0, cut)));
  const name = path.slice(cut + 1);
  names.set(name, names.has(name) ? UNTRUSTED : entry);
}

function enter(directories: Map<RelativePath, Map<string, number>>, directory: RelativePath): Map<string, number> {
  const known = directories.get(directory);
  if (known !== undefined) return known;
  const names = new Map<string, number>();
  directories.set(directory, names);
  enter(directories, directory.slice(0, Math.max(0, directory.lastIndexOf('/'))));
  return names;
}
