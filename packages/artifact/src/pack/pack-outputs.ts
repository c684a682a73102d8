import {
  errorCode,
  fail,
  isUndecodable,
  ok,
  type Digest,
  type ManifestEntry,
  type NotSavedReason,
  type RelativePath,
  type Result,
  type StoreFailure,
} from '@tr/model';
import {
  attempt,
  ContentBuffer,
  createPacer,
  findLinkHazard,
  findPathHazard,
  readWhole,
  type BlobStore,
  type Disk,
  type FileLook,
} from '@tr/store';
import { NOT_UTF8, type CollectedOutputs, type OutputType } from '../outputs/collect-outputs.js';
import { JOURNAL, listJournals } from '../outputs/journals.js';
import { readLinkTarget } from '../outputs/link-target.js';
import { findPlaceBelow } from '../outputs/place-below.js';
import { isExecutable, isSameContentStamp, isSameStamp, toStamp, type Stamp } from '../record/stamp.js';
import { PackBuilder } from './pack-builder.js';
import { findNameClash, findPlaceClash, type Clash } from '../restore/find-clash.js';
import { findSystemHazard } from '../restore/system-hazard.js';

/** Files up to this size are read at once. */
const SMALL_BYTES = 4 * 1024 * 1024;

/** Outputs as manifest entries, all their bytes stored. */
export interface PackedOutputs {
  /** Sorted by path. */
  readonly entries: readonly ManifestEntry[];
  /** Of the small files; undefined when all have blobs of their own. */
  readonly packs: readonly Digest[] | undefined;
  /** One for each entry. */
  readonly stamps: readonly Stamp[];
  /** Blobs that were in the store before: a gc that runs meanwhile may not know that they are needed again. */
  readonly reused: readonly Digest[];
  readonly files: number;
  readonly bytes: number;
}

/** Why outputs were not packed: the outputs themselves, or the store. */
export type PackTrouble =
  | { readonly kind: 'outputs'; readonly reason: NotSavedReason }
  | { readonly kind: 'store'; readonly failure: StoreFailure };

/**
 * Stores the content of the collected outputs. Nothing may change them meanwhile: what does is noticed by its stamp,
 * and then the set is not to be stored.
 */
export async function packOutputs(options: {
  readonly disk: Disk;
  readonly root: string;
  readonly collected: CollectedOutputs;
  readonly blobs: BlobStore;
  /** Every file gets a blob of its own, to be linked to. */
  readonly linked: boolean;
  /** Decides what can be put back here; the platform of this process by default. */
  readonly platform?: NodeJS.Platform;
}): Promise<Result<PackedOutputs, PackTrouble>> {
  const { disk, root, blobs, platform = process.platform } = options;
  const unfit = findUnfit(options.collected, platform);
  if (unfit !== undefined) return outputsTrouble({ reason: 'unsafe-output', ...unfit });
  const [journal] = listJournals(disk, root, options.collected.outputs);
  if (journal !== undefined) return unsafe(journal, `${JOURNAL}, and no output`);
  const small = new PackBuilder(blobs, !options.linked);
  const entries: ManifestEntry[] = [];
  const stamps: Stamp[] = [];
  const reused: Digest[] = [];
  const changed: RelativePath[] = [];
  const pacer = createPacer();
  const buffer = new ContentBuffer();
  for (const { path, type } of options.collected.outputs) {
    const packed = await packOne({ disk, root, blobs, small, buffer, path, type });
    if (!packed.ok) return packed;
    if (packed.value === 'changed') changed.push(path);
    else {
      entries.push(packed.value.entry);
      stamps.push(packed.value.stamp);
      if (packed.value.reused !== undefined) reused.push(packed.value.reused);
    }
    await pacer.turn();
  }
  entries.forEach(({ path }, at) => {
    const now = attempt(path, () => disk.lstat(`${root}/${path}`));
    const stamp = stamps[at];
    if (!now.ok || now.value === undefined || stamp === undefined || !isUnchanged(now.value, stamp)) changed.push(path);
  });
  if (changed.length > 0) return outputsTrouble({ reason: 'outputs-changed', paths: changed });
  const clash = findPlaceClash(entries);
  if (clash !== undefined) return outputsTrouble({ reason: 'unsafe-output', ...clash });
  const built = await small.finish();
  if (!built.ok) return fail({ kind: 'store', failure: built.failure });
  const files = entries.filter((entry) => entry.type === 'file');
  return ok({
    entries,
    packs: built.value.packs,
    stamps,
    reused: [...reused, ...built.value.reused],
    files: files.length,
    bytes: files.reduce((sum, { digest }) => sum + digest.size, 0),
  });
}

/** Other links to the same file (the store's, when it was restored as one) may come and go. */
function isUnchanged(now: FileLook, stamp: Stamp): boolean {
  const current = toStamp(now);
  if (isSameStamp(current, stamp)) return true;
  return now.nlink > 1 && isSameContentStamp(current, stamp) && current.mode === stamp.mode;
}

/** The first output that could not be put back, found before any content is stored: each run would store it in vain. */
function findUnfit({ outputs }: CollectedOutputs, platform: NodeJS.Platform): Clash | undefined {
  for (const output of outputs) {
    const { path } = output;
    const detail = isUndecodable(path) ? NOT_UTF8 : (findPathHazard(path) ?? findSystemHazard(output, platform));
    if (detail !== undefined) return { path, detail };
  }
  return findNameClash(outputs);
}

interface PackStep {
  readonly disk: Disk;
  readonly root: string;
  readonly blobs: BlobStore;
  readonly small: PackBuilder;
  readonly buffer: ContentBuffer;
  readonly path: RelativePath;
  readonly type: OutputType;
}

interface PackedOne {
  readonly entry: ManifestEntry;
  readonly stamp: Stamp;
  readonly reused?: Digest;
}

async function packOne(step: PackStep): Promise<Result<PackedOne | 'changed', PackTrouble>> {
  const { disk, path, type } = step;
  const native = `${step.root}/${path}`;
  let stats: FileLook | undefined;
  try {
    stats = disk.lstat(native);
  } catch (error) {
    // A directory may be listed and not entered.
    return sourceTrouble(error, path);
  }
  if (stats === undefined) return ok('changed');
  const stamp = toStamp(stats);
  switch (type) {
    case 'directory':
      return ok(stats.isDirectory() ? { entry: { type, path }, stamp } : 'changed');
    case 'symlink': {
      if (!stats.isSymbolicLink()) return ok('changed');
      const target = readLinkTarget(disk, step.root, path);
      const linkHazard = isUndecodable(target) ? NOT_UTF8 : findLinkHazard(path, target);
      return linkHazard === undefined ? ok({ entry: { type, path, target }, stamp }) : unsafe(path, linkHazard);
    }
    case 'file':
      return stats.isFile() ? await packFile(step, stamp) : ok('changed');
  }
}

async function packFile(step: PackStep, stamp: Stamp): Promise<Result<PackedOne | 'changed', PackTrouble>> {
  const { disk, blobs, small, buffer, path } = step;
  const native = `${step.root}/${path}`;
  let content: Uint8Array | undefined;
  if (stamp.size <= SMALL_BYTES) {
    try {
      content = readWhole(disk, native, SMALL_BYTES, buffer).bytes;
    } catch (error) {
      return sourceTrouble(error, path);
    }
  }
  const put = content === undefined ? await blobs.putFile(native) : await small.add(content);
  if (!put.ok) {
    // The store reads large files itself: was it the file, or the store?
    const source = 'path' in put.failure && findPlaceBelow(step.root, put.failure.path) === path;
    return source ? unsafe(path, 'cannot be read') : fail({ kind: 'store', failure: put.failure });
  }
  const { digest, added } = put.value;
  const entry = { type: 'file', path, executable: isExecutable(stamp.mode), digest } as const;
  return ok({ entry, stamp, ...(added ? {} : { reused: digest }) });
}

function sourceTrouble(error: unknown, path: RelativePath): Result<'changed', PackTrouble> {
  const code = errorCode(error);
  if (code === undefined) throw error;
  return code === 'ENOENT' || code === 'EFBIG' ? ok('changed') : unsafe(path, `cannot be read (${code})`);
}

function unsafe(path: RelativePath, detail: string): { readonly ok: false; readonly failure: PackTrouble } {
  return outputsTrouble({ reason: 'unsafe-output', path, detail });
}

function outputsTrouble(reason: NotSavedReason): { readonly ok: false; readonly failure: PackTrouble } {
  return fail({ kind: 'outputs', reason });
}
