import {
  isWithin,
  mayHideWrite,
  sortedUnique,
  STATE_DIRECTORY,
  type Manifest,
  type MissReason,
  type RelativePath,
  type Restoration,
  type Sha256,
  type StoreFailure,
  type TaskId,
} from '@tr/model';
import { findLinkHazard, findPathHazard, openEntryBlobs, toStoreFailure, type Disk, type EntryBlobs } from '@tr/store';
import { isReachable } from '../outputs/collect-outputs.js';
import { JOURNAL, listJournals } from '../outputs/journals.js';
import { parentOf, type OutputMatcher } from '../outputs/output-globs.js';
import { findPlaceBelow } from '../outputs/place-below.js';
import { listLeftOutputs } from '../record/left-outputs.js';
import type { OutputRecord } from '../record/output-record.js';
import type { OutputRecords } from '../record/output-records.js';
import { isSameContentStamp, NO_STAMP, toStamp, type Stamp } from '../record/stamp.js';
import { compareOutputs, knownOf, type OutputComparison } from './compare-outputs.js';
import { findClash } from './find-clash.js';
import { listForeignPackages } from './foreign-packages.js';
import { planRestore, type RestorePlan } from './plan-restore.js';
import { putInPlace, type Moved } from './put-in-place.js';
import { toDate } from './file-date.js';
import { fromFailure, stageOutputs, type StageTrouble } from './stage-outputs.js';
import { findSystemHazard } from './system-hazard.js';
import type { ContentStream } from './stage-stream.js';
import type { StagingArea } from './staging-area.js';

/** Where outputs are put and what is known about them. */
export interface OutputPlace {
  readonly disk: Disk;
  /** Absolute path of the workspace root. */
  readonly root: string;
  readonly staging: StagingArea;
  readonly records: OutputRecords;
  /** Decides what cannot lie here; the platform of this process by default. */
  readonly platform?: NodeJS.Platform;
}

/** One entry to bring back. */
export interface RestoreRequest {
  readonly place: OutputPlace;
  readonly task: TaskId;
  readonly matcher: OutputMatcher;
  readonly manifest: Manifest;
  readonly manifestDigest: Sha256;
  readonly blobs: EntryBlobs;
  /** Hard links to the store instead of copies. */
  readonly linked: boolean;
  /** Has the files, where they do not lie in blobs. */
  readonly contents?: ContentStream | undefined;
  /**
   * Resolves when no other run executes the task; false when it is not worth waiting for any more. Asked where the record says
   * that an execution has begun and not ended.
   */
  readonly whenIdle?: (() => Promise<boolean>) | undefined;
  /**
   * Looks which paths are now outputs of other tasks of this run. An entry that was stored while those had made other outputs
   * may have them as well: they are not put over the new ones.
   */
  readonly lookForOwners?: (() => FindOwner) | undefined;
  /**
   * By the clock of the file system, milliseconds: nothing that the key stands for was looked at before this. The modification time of
   * what is put in place; the time of the restore when it is not known. Asked only when something is.
   */
  readonly since?: (() => number | undefined) | undefined;
}

/** The task whose output a path is; undefined when it is nobody's. */
export type FindOwner = (path: RelativePath) => TaskId | undefined;

/** How it went; `failure` is set when the store or the disk was in trouble. */
export interface RestoreResult {
  readonly restoration: Restoration;
  readonly failure?: StoreFailure;
}

const FOREIGN_PACKAGE = 'a package that this installation does not have';

/** How often the outputs are looked at again because another run has written to the record meanwhile. */
const MOST_ROUNDS = 5;

/**
 * Makes the outputs on disk those of a manifest. Right outputs are left alone. Otherwise: check everything, stage and
 * verify what is wrong beside the workspace, say that nothing is known about the outputs, put them in place, write down
 * what is there now. A process that dies on the way leaves outputs without a record, which the next run compares by
 * content.
 *
 * Restored files all have one new modification time, for tools that compare times: that of `since`. It is not before those of the
 * sources they were made from, but before that of a source that somebody changes while they are fetched: it must not look older than
 * what was not made from it. One time for all, since the order in which they are written says nothing (hard links show the
 * store's time of their content instead).
 *
 * Whoever changes outputs writes to the record first: an execution that is under way is waited for, and where the record has grown
 * by another run's hand in the end, everything is looked at again.
 */
export async function restoreOutputs(request: RestoreRequest): Promise<RestoreResult> {
  let restored: RestoreResult | undefined;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const { result, isDisturbed } = await restoreOnce(request);
    if (result.restoration.outcome === 'restored') restored = result;
    if (isDisturbed) continue;
    return result.restoration.outcome === 'fresh' ? (restored ?? result) : result;
  }
  const path = request.manifest.entries[0]?.path ?? '';
  return miss({ reason: 'obstacle', path, detail: 'outputs that another run keeps changing' });
}

interface Round {
  readonly result: RestoreResult;
  /** Another run has dealt with the outputs meanwhile, and not in order to put the same ones there. */
  readonly isDisturbed: boolean;
}

async function restoreOnce(request: RestoreRequest): Promise<Round> {
  // Each by its name: copying a request and adding to it takes V8 many times as long.
  const { place, task, matcher, manifest, manifestDigest, linked } = request;
  const { disk, root, records, platform = process.platform } = place;
  const undisturbed = (result: RestoreResult): Round => ({ result, isDisturbed: false });
  let [record, size] = readRecord(request);
  if (record?.unfinishedSince !== undefined && request.whenIdle !== undefined) {
    if (!(await request.whenIdle())) return undisturbed({ restoration: { outcome: 'miss', reasons: [] } });
    [record, size] = readRecord(request);
  }
  // A restore that did not come to its end.
  if (record?.outOfStep === true) place.staging.sweepCopies(Date.now());
  const known = knownOf(record?.known, request);
  // A record of this manifest was only written after these checks.
  if (known === undefined) {
    const reason = findDistrust(request);
    if (reason !== undefined) return undisturbed(miss(reason));
  }
  const sampleClock = (): number | undefined => records.sampleClock();
  try {
    const comparison = await compareOutputs({ disk, root, manifest, known, linked, sampleClock, platform });
    const journals = listJournals(disk, root, manifest.entries);
    if (comparison.asRecorded && journals.length === 0) return undisturbed({ restoration: { outcome: 'fresh' } });
    const earlier = known === undefined ? await listLeftOutputs({ place, task, matcher, record }) : [];
    const planned = planRestore({ disk, root, matcher, entries: manifest.entries, wrong: comparison.wrong, earlier });
    if (!planned.ok) return undisturbed(miss(planned.reason));
    const journal = journals.find((path) => !planned.plan.removals.includes(path));
    if (journal !== undefined) return undisturbed(miss({ reason: 'obstacle', path: journal, detail: JOURNAL }));
    const foreign = await findForeign(request, planned.plan);
    if (foreign !== undefined) return undisturbed(miss(foreign));
    if (planned.plan.writes.length > 0 || planned.plan.removals.length > 0)
      return await carryOut(request, planned.plan, { comparison, earlier, unfinishedSince: record?.unfinishedSince });
    const result: RestoreResult = { restoration: { outcome: 'fresh' } };
    if (isDisturbed(request, size)) return { result, isDisturbed: true };
    const origin = known?.origin ?? 'restored';
    const { stamps, sampledAt } = comparison;
    rememberOutputs({ place, task, manifest, manifestDigest, origin, stamps, sampledAt });
    return undisturbed(result);
  } catch (error) {
    const failure = toStoreFailure(error, root);
    const forbidden = findForbidden(request, failure);
    return undisturbed(forbidden === undefined ? trouble(failure) : miss(forbidden));
  }
}

/** A package that would be found beside those of the manifest, and is not what another task of this run has put there. */
async function findForeign(request: RestoreRequest, { removals }: RestorePlan): Promise<MissReason | undefined> {
  const { place, matcher, manifest } = request;
  const markers = await listForeignPackages({ disk: place.disk, root: place.root, matcher, manifest, removals });
  if (markers.length === 0) return undefined;
  const findOwner = request.lookForOwners?.() ?? (() => undefined);
  const marker = markers.find((path) => findOwner(path) === undefined);
  return marker === undefined ? undefined : { reason: 'obstacle', path: parentOf(marker), detail: FOREIGN_PACKAGE };
}

/** A place of the outputs that nobody may write to, as a read-only directory: the cache has no part in it. */
function findForbidden({ place, matcher, manifest }: RestoreRequest, failure: StoreFailure): MissReason | undefined {
  if (failure.code !== 'store/denied' && failure.code !== 'store/read-only') return undefined;
  const path = findPlaceBelow(place.root, failure.path, place.platform);
  if (path === undefined || isWithin(path, STATE_DIRECTORY)) return undefined;
  if (!matcher.matches(path) && !manifest.entries.some((entry) => entry.path.startsWith(`${path}/`))) return undefined;
  const detail = failure.code === 'store/denied' ? 'permission denied' : 'a read-only disk';
  return { reason: 'obstacle', path, detail };
}

/** The record, and the size of its file at a time when it was not younger. */
function readRecord({ place: { records }, task }: RestoreRequest): [record: OutputRecord | undefined, size: number] {
  const record = records.read(task);
  if (record !== undefined) return [record, record.size];
  const size = records.sizeOf(task);
  return [size === 0 ? undefined : records.read(task), size];
}

/** Whether another run has written to the record since it was of `size`, but to say that the outputs are those of this manifest. */
function isDisturbed(request: RestoreRequest, size: number): boolean {
  const { records } = request.place;
  return records.sizeOf(request.task) !== size && knownOf(records.read(request.task)?.known, request) === undefined;
}

/** Writes down that the outputs on disk are those of a manifest; nothing is written when the time is not known. */
export function rememberOutputs(options: {
  readonly place: OutputPlace;
  readonly task: TaskId;
  readonly manifest: Manifest;
  readonly manifestDigest: Sha256;
  readonly stamps: readonly Stamp[];
  readonly origin: 'executed' | 'restored';
  /** A time before the stamps were taken. */
  readonly sampledAt: number | undefined;
}): void {
  const { place, task, manifest, manifestDigest, origin, stamps, sampledAt } = options;
  if (sampledAt === undefined) return;
  const known = { key: manifest.actionKey, manifestDigest, origin, sampledAt, stamps };
  place.records.write(task, { known, paths: listPaths(manifest) });
}

async function carryOut(
  request: RestoreRequest,
  plan: RestorePlan,
  before: {
    readonly comparison: OutputComparison;
    readonly earlier: readonly RelativePath[];
    readonly unfinishedSince: number | undefined;
  },
): Promise<Round> {
  const { place, task, manifest, manifestDigest, linked, contents } = request;
  const { disk, root, records } = place;
  const base = findBase(disk, root, plan);
  const since = request.since?.();
  const date = since === undefined ? undefined : toDate(since);
  const area = place.staging;
  const staging = await area.take();
  let staged: Awaited<ReturnType<typeof stageOutputs>>;
  let size: number;
  let moved: Moved | undefined;
  try {
    const blobs = openEntryBlobs(request.blobs, manifest);
    staged = await stageOutputs({ disk, area, staging, base, entries: plan.writes, blobs, linked, contents, date });
    if (!staged.ok) return { result: missOf(staged.failure), isDisturbed: false };
    // Nothing else happens between this look and the end of the move.
    const findOwner = request.lookForOwners?.() ?? (() => undefined);
    const owned = findOwned(findOwner, plan);
    if (owned !== undefined) return { result: miss(owned), isDisturbed: false };
    const { earlier, unfinishedSince } = before;
    const paths = sortedUnique([...earlier, ...listPaths(manifest)]);
    size = records.write(task, { paths, outOfStep: true, unfinishedSince });
    const removals = plan.removals.filter((path) => findOwner(path) === undefined);
    moved = putInPlace({ disk, root, staging, base, plan: { ...plan, removals }, date });
  } finally {
    area.giveBack(staging, moved?.isEmptied === true);
  }
  const sampledAt = records.sampleClock();
  const stamps = stampAll(request, before.comparison, { staged: staged.value, moved: moved.directories });
  const disturbed = isDisturbed(request, size);
  if (!disturbed) rememberOutputs({ place, task, manifest, manifestDigest, origin: 'restored', stamps, sampledAt });
  const files = plan.writes.filter((entry) => entry.type === 'file');
  const bytes = files.reduce((sum, { digest }) => sum + digest.size, 0);
  return { result: { restoration: { outcome: 'restored', files: files.length, bytes } }, isDisturbed: disturbed };
}

/** An output of another task that would be replaced. */
function findOwned(findOwner: FindOwner, plan: RestorePlan): MissReason | undefined {
  const files = plan.writes.flatMap(({ type, path }) => (type === 'directory' ? [] : path));
  for (const path of [...plan.obstacles, ...files]) {
    const owner = findOwner(path);
    if (owner !== undefined) return { reason: 'shared-output', path, owner };
  }
  return undefined;
}

/** The deepest directory that is there and has all that is to be written below it; the staged tree stands for it. */
function findBase(disk: Disk, root: string, plan: RestorePlan): RelativePath {
  let base = parentOf(plan.writes[0]?.path ?? '');
  for (const { path } of plan.writes) while (base !== '' && !path.startsWith(`${base}/`)) base = parentOf(base);
  const isThere = (path: RelativePath): boolean =>
    disk.lstat(`${root}/${path}`)?.isDirectory() === true && isReachable(disk, root, path);
  while (base !== '' && (plan.obstacles.length > 0 || !isThere(base))) base = parentOf(base);
  return base;
}

/** Stamps after everything is in place. What is not surely what was staged or compared gets none. */
function stampAll(
  request: RestoreRequest,
  comparison: OutputComparison,
  { staged, moved }: { readonly staged: ReadonlyMap<string, Stamp>; readonly moved: ReadonlySet<RelativePath> },
): readonly Stamp[] {
  const { disk, root } = request.place;
  const { sampledAt } = comparison;
  return request.manifest.entries.map(({ path }, at) => {
    const before = staged.get(path);
    if (before === undefined) {
      const stamp = comparison.stamps[at] ?? NO_STAMP;
      return sampledAt === undefined || mayHideWrite(stamp, sampledAt) ? NO_STAMP : stamp;
    }
    // Nobody looks again: what somebody has done to it since then shows when it is compared with this.
    if (isBelowOne(moved, path)) return before;
    const stats = disk.lstat(`${root}/${path}`);
    if (stats === undefined) return NO_STAMP;
    const now = toStamp(stats);
    return isSameContentStamp(now, before) && now.mode === before.mode ? now : NO_STAMP;
  });
}

function isBelowOne(directories: ReadonlySet<RelativePath>, path: RelativePath): boolean {
  for (let above = parentOf(path); above !== ''; above = parentOf(above)) if (directories.has(above)) return true;
  return false;
}

/** Why this manifest is not put in place, whatever is on disk. */
function findDistrust({ manifest, matcher, place }: RestoreRequest): MissReason | undefined {
  const undeclared = manifest.entries.find((entry) => !matcher.matches(entry.path));
  if (undeclared !== undefined)
    return { reason: 'integrity', path: undeclared.path, detail: 'a path that the task does not declare as output' };
  // Parsing a stored manifest has seen to this; a restore relies on nobody.
  for (const entry of manifest.entries) {
    const hazard =
      findPathHazard(entry.path) ?? (entry.type === 'symlink' ? findLinkHazard(entry.path, entry.target) : undefined);
    if (hazard !== undefined) return { reason: 'integrity', path: entry.path, detail: hazard };
  }
  const clash = findClash(manifest.entries);
  if (clash !== undefined) return { reason: 'integrity', ...clash };
  for (const entry of manifest.entries) {
    const hazard = findSystemHazard(entry, place.platform ?? process.platform);
    if (hazard !== undefined) return { reason: 'store-trouble', detail: `${entry.path} is ${hazard}` };
  }
  return undefined;
}

/** Paths of a manifest as the record has them: directories end in `/`. */
function listPaths(manifest: Manifest): readonly RelativePath[] {
  return manifest.entries.map((entry) => (entry.type === 'directory' ? `${entry.path}/` : entry.path));
}

function miss(reason: MissReason): RestoreResult {
  return { restoration: { outcome: 'miss', reasons: [reason] } };
}

function missOf({ reason, failure }: StageTrouble): RestoreResult {
  return { ...miss(reason), ...(failure === undefined ? {} : { failure }) };
}

function trouble(failure: StoreFailure): RestoreResult {
  return missOf(fromFailure('the outputs', failure));
}
