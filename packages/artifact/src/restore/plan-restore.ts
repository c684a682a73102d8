import { compareStrings, type ManifestEntry, type MissReason, type RelativePath } from '@tr/model';
import { findPathHazard, type Disk } from '@tr/store';
import { isReachable } from '../outputs/collect-outputs.js';
import { parentOf, type OutputMatcher } from '../outputs/output-globs.js';
import { fold } from './find-clash.js';

/** What putting a manifest in place will do to the disk. */
export interface RestorePlan {
  /** Entries to write, in the order of the manifest. */
  readonly writes: readonly ManifestEntry[];
  /**
   * Files and links to remove: of an earlier output set and no longer wanted, or in the way of a directory. Directories
   * end in `/` and are only removed when empty; every path comes before the directories above it.
   */
  readonly removals: readonly RelativePath[];
  /** Removals that must happen before anything is put in place. */
  readonly obstacles: readonly RelativePath[];
}

/** What the plan is made from. */
export interface PlanRequest {
  readonly disk: Disk;
  readonly root: string;
  readonly matcher: OutputMatcher;
  readonly entries: readonly ManifestEntry[];
  readonly wrong: readonly ManifestEntry[];
  /** Paths of the earlier set of this task; directories end in `/`. Believed only where the globs have them too. */
  readonly earlier: readonly RelativePath[];
}

/** A plan, or why the outputs cannot be put in place without touching something that is not ours. */
export type PlanResult =
  { readonly ok: true; readonly plan: RestorePlan } | { readonly ok: false; readonly reason: MissReason };

const NO_DIRECTORY = 'a link or file where a directory is needed';

/** Decides what to write and what to remove; changes nothing. */
export function planRestore(request: PlanRequest): PlanResult {
  const { entries, matcher } = request;
  const wanted = new Map(entries.map((entry) => [entry.path, entry]));
  const earlier = request.earlier.filter((path) => isOurs(path, matcher));
  const stale = earlier.filter((path) => !wanted.has(withoutSlash(path)) && isPresent(request, path));
  const gone = [...stale, ...listEmptied(stale, request, wanted)];
  const respelt = findRespelt(gone, entries);
  const writes = respelt.size === 0 ? request.wrong : withAlso(request, respelt);
  const obstacles: RelativePath[] = respelt.size === 0 ? [] : [...gone];
  const owned = new Set(earlier.map(withoutSlash));
  const cleared = new Set<string>();
  /** Directories that are not there: neither is anything in them. */
  const absent = new Set<string>();
  for (const entry of writes) {
    for (let above = parentOf(entry.path); above !== '' && !cleared.has(above); above = parentOf(above)) {
      cleared.add(above);
      const blocked = clearDirectory(request, above, owned);
      if (blocked === 'refused') return refuse(above, NO_DIRECTORY);
      if (blocked === 'remove') obstacles.push(above);
      if (blocked === 'absent') absent.add(above);
    }
    if (absent.has(parentOf(entry.path))) continue;
    const blocked = clearEntry(request, entry, owned);
    if (blocked === 'refused')
      return refuse(entry.path, entry.type === 'directory' ? NO_DIRECTORY : 'a directory with other files');
    obstacles.push(...blocked);
  }
  const removals = new Set([...gone, ...listEmptied(obstacles, request, wanted)]);
  if (respelt.size > 0) for (const path of gone) removals.delete(path);
  const sorted = (paths: ReadonlySet<RelativePath>): readonly RelativePath[] => [...paths].sort(deepestFirst);
  return { ok: true, plan: { writes, removals: sorted(removals), obstacles: sorted(new Set(obstacles)) } };
}

/**
 * Entries that something which has to go is named like, in another spelling. Where case or Unicode form does not count the two are one
 * file: it has to go first, and the entry comes anew, also where it looked right.
 */
function findRespelt(gone: readonly RelativePath[], entries: readonly ManifestEntry[]): ReadonlySet<ManifestEntry> {
  if (gone.length === 0) return new Set();
  const names = new Set(gone.map((path) => fold(withoutSlash(path))));
  return new Set(entries.filter(({ path }) => names.has(fold(path))));
}

/** What is wrong, and the entries that are spelt anew, in the order of the manifest. */
function withAlso({ entries, wrong }: PlanRequest, respelt: ReadonlySet<ManifestEntry>): readonly ManifestEntry[] {
  const written = new Set([...wrong, ...respelt]);
  return entries.filter((entry) => written.has(entry));
}

function isOurs(path: RelativePath, matcher: OutputMatcher): boolean {
  const plain = withoutSlash(path);
  return findPathHazard(plain) === undefined && matcher.matches(plain);
}

function isPresent({ disk, root }: PlanRequest, path: RelativePath): boolean {
  const plain = withoutSlash(path);
  if (!isReachable(disk, root, plain)) return false;
  const stats = disk.lstat(`${root}/${plain}`);
  // A directory where a file was recorded is not ours, and the other way round.
  return stats !== undefined && stats.isDirectory() === path.endsWith('/');
}

/** Is `path` a directory, or free to become one? */
function clearDirectory(
  { disk, root }: PlanRequest,
  path: RelativePath,
  owned: ReadonlySet<string>,
): 'absent' | 'clear' | 'remove' | 'refused' {
  const stats = disk.lstat(`${root}/${path}`);
  if (stats === undefined) return 'absent';
  if (stats.isDirectory()) return 'clear';
  // What an earlier set put there may go; a link that somebody made is theirs, and never followed.
  return owned.has(path) ? 'remove' : 'refused';
}

function clearEntry(
  request: PlanRequest,
  entry: ManifestEntry,
  owned: ReadonlySet<string>,
): readonly RelativePath[] | 'refused' {
  const { disk, root } = request;
  const stats = disk.lstat(`${root}/${entry.path}`);
  if (stats === undefined) return [];
  if (entry.type === 'directory') {
    if (stats.isDirectory()) return [];
    return stats.isFile() || owned.has(entry.path) ? [entry.path] : 'refused';
  }
  return stats.isDirectory() ? listOwnedTree(request, entry.path, owned) : [];
}

/** Everything below a directory that must make way, if all of it belongs to the earlier set. */
function listOwnedTree(
  { disk, root }: Pick<PlanRequest, 'disk' | 'root'>,
  directory: RelativePath,
  owned: ReadonlySet<string>,
): readonly RelativePath[] | 'refused' {
  const found: RelativePath[] = [`${directory}/`];
  for (const entry of disk.readDirectory(`${root}/${directory}`)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) {
      const below = listOwnedTree({ disk, root }, path, owned);
      if (below === 'refused') return below;
      found.push(...below);
    } else if (owned.has(path)) found.push(path);
    else return 'refused';
  }
  return found;
}

/** Directories above removed paths that the set implied and that may be empty afterwards. */
function listEmptied(
  removed: readonly RelativePath[],
  { matcher }: PlanRequest,
  wanted: ReadonlyMap<string, ManifestEntry>,
): readonly RelativePath[] {
  const found = new Set<string>();
  for (const path of removed) {
    for (let above = parentOf(withoutSlash(path)); above !== ''; above = parentOf(above)) {
      if (wanted.has(above) || !matcher.includes.some(({ base }) => isStrictlyBelow(base, above))) break;
      found.add(`${above}/`);
    }
  }
  return [...found];
}

function isStrictlyBelow(base: string, path: string): boolean {
  return base === '' || path.startsWith(`${base}/`);
}

function withoutSlash(path: RelativePath): RelativePath {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

function deepestFirst(a: string, b: string): number {
  return depthOf(b) - depthOf(a) || compareStrings(a, b);
}

function depthOf(path: string): number {
  return withoutSlash(path).split('/').length;
}

function refuse(path: RelativePath, detail: string): PlanResult {
  return { ok: false, reason: { reason: 'obstacle', path, detail } };
}
