import { dirname } from 'node:path';
import { isSameDigest } from '@tr/hash';
import {
  errorCode,
  fail,
  ok,
  type Digest,
  type ManifestEntry,
  type MissReason,
  type RelativePath,
  type Result,
  type StoreFailure,
} from '@tr/model';
import {
  attemptAsync,
  ContentBuffer,
  createPacer,
  toStoreFailure,
  troubleDetail,
  type Disk,
  type EntryBlobs,
  type Pacer,
} from '@tr/store';
import { toStamp, type Stamp } from '../record/stamp.js';
import { parentOf } from '../outputs/output-globs.js';
import { digestFileAt } from './digest-file-at.js';
import { setDate } from './file-date.js';
import { isLinked } from './is-linked.js';
import { stageStream, type ContentStream } from './stage-stream.js';
import type { StagingArea } from './staging-area.js';

/** Blobs up to this size are read at once. */
const SMALL_BYTES = 4 * 1024 * 1024;
/** A hard link that cannot be made for these reasons becomes a copy: another file system, too many links, no links. */
const NO_LINK = new Set(['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Why nothing was put in place; `failure` is set when the store or the disk was in trouble. */
export interface StageTrouble {
  readonly reason: MissReason;
  readonly failure?: StoreFailure;
}

type FileEntry = Extract<ManifestEntry, { readonly type: 'file' }>;

/** What to bring into the staging directory. */
export interface StageRequest {
  readonly disk: Disk;
  readonly area: StagingArea;
  /** Absolute path of an empty directory of the area, on the file system of the workspace; it becomes an image of `base`. */
  readonly staging: string;
  /** A directory of the workspace that has all entries below it. */
  readonly base: RelativePath;
  readonly entries: readonly ManifestEntry[];
  readonly blobs: EntryBlobs;
  /** Hard links to the store instead of copies. */
  readonly linked: boolean;
  /** Has the files, where they do not lie in blobs. */
  readonly contents?: ContentStream | undefined;
  /** Modification time of files that are not hard links, seconds since the epoch; undefined leaves it as it comes. */
  readonly date?: number | undefined;
}

/**
 * Brings entries into the staging directory, every byte verified. The workspace is not touched. Returns the stamps of
 * the staged files and links by path: what is moved in place keeps all of a stamp but the change time.
 */
export async function stageOutputs(request: StageRequest): Promise<Result<ReadonlyMap<string, Stamp>, StageTrouble>> {
  const stage = new Stage(request);
  try {
    return await stageAll(stage, request);
  } finally {
    stage.dispose();
  }
}

async function stageAll(
  stage: Stage,
  request: StageRequest,
): Promise<Result<ReadonlyMap<string, Stamp>, StageTrouble>> {
  const stamps = new Map<string, Stamp>();
  const { contents, blobs } = request;
  const files = contents === undefined ? [] : request.entries.filter((entry) => entry.type === 'file');
  for (const entry of blobs.inOrder?.(request.entries) ?? request.entries) {
    if (contents !== undefined && entry.type === 'file') continue;
    let trouble: StageTrouble | undefined;
    try {
      if (!stage.addHeld(entry)) trouble = await stage.add(entry);
      const pause = stage.turn();
      if (pause !== undefined) await pause;
      const stats = entry.type === 'directory' ? undefined : request.disk.lstat(stagedPath(request, entry));
      if (stats !== undefined) stamps.set(entry.path, toStamp(stats));
    } catch (error) {
      trouble = fromFailure(entry.path, toStoreFailure(error, request.staging));
    }
    if (trouble !== undefined) return fail(trouble);
  }
  const trouble = contents && (await stage.addStream(contents, files, stamps));
  return trouble === undefined ? ok(stamps) : fail(trouble);
}

/** The miss that a failure of the store means for an output. */
export function fromFailure(path: string, failure: StoreFailure): StageTrouble {
  switch (failure.code) {
    case 'store/missing':
      return { reason: { reason: 'blob-missing', path }, failure };
    case 'store/corrupt':
      return { reason: { reason: 'integrity', path, detail: failure.detail }, failure };
    case 'store/no-space':
    case 'store/read-only':
    case 'store/denied':
    case 'store/unknown-version':
    case 'store/io':
    case 'store/undeclared-outputs':
    case 'store/cache-like-output':
      return { reason: { reason: 'store-trouble', detail: `${troubleDetail(failure)} at ${path}` }, failure };
  }
}

function stagedPath({ staging, base }: StageRequest, { path }: Pick<ManifestEntry, 'path'>): string {
  return `${staging}/${base === '' ? path : path.slice(base.length + 1)}`;
}

class Stage {
  readonly #request: StageRequest;
  readonly #pacer: Pacer = createPacer();
  readonly #made: Set<string>;
  readonly #buffer: ContentBuffer;

  constructor(request: StageRequest) {
    this.#request = request;
    this.#made = new Set([request.staging]);
    this.#buffer = request.area.buffers.pop() ?? new ContentBuffer();
  }

  /** Nothing can be added any more. */
  dispose(): void {
    this.#request.area.buffers.push(this.#buffer);
  }

  /** See `Pacer`. */
  turn(): Promise<void> | undefined {
    return this.#pacer.turn();
  }

  /** Makes a file from what is in memory; false when it is not. Waiting for each of many small files takes as long as making them. */
  addHeld(entry: ManifestEntry): boolean {
    const { blobs, linked } = this.#request;
    if (entry.type !== 'file' || isLinked(entry.path, linked)) return false;
    const bytes = blobs.held?.(entry.digest);
    if (bytes === undefined) return false;
    const target = stagedPath(this.#request, entry);
    this.#makeDirectory(dirname(target));
    this.#create(target, entry.executable, bytes);
    return true;
  }

  async add(entry: ManifestEntry): Promise<StageTrouble | undefined> {
    const { disk } = this.#request;
    const target = stagedPath(this.#request, entry);
    this.#makeDirectory(entry.type === 'directory' ? target : dirname(target));
    switch (entry.type) {
      case 'directory':
        return undefined;
      case 'symlink':
        disk.makeLink(entry.target, target);
        return undefined;
      case 'file': {
        const trouble = await this.#addFile(entry, target);
        return trouble && fromFailure(entry.path, trouble);
      }
    }
  }

  async addStream(
    contents: ContentStream,
    files: readonly FileEntry[],
    stamps: Map<string, Stamp>,
  ): Promise<StageTrouble | undefined> {
    const { disk, date } = this.#request;
    const pathOf = (path: RelativePath): string => {
      const target = stagedPath(this.#request, { path });
      this.#makeDirectory(parentOf(target));
      return target;
    };
    const staged = await attemptAsync(this.#request.staging, () =>
      stageStream(contents, { disk, files, pathOf, stamps, date }),
    );
    const result = staged.ok ? staged.value : staged;
    return result.ok ? undefined : fromFailure('the outputs', result.failure);
  }

  #makeDirectory(path: string): void {
    if (this.#made.has(path)) return;
    this.#request.disk.makeDirectory(path);
    this.#made.add(path);
  }

  async #addFile({ path, digest, executable }: FileEntry, target: string): Promise<StoreFailure | undefined> {
    if (isLinked(path, this.#request.linked)) {
      const linked = await this.#tryLink(digest, executable, target);
      if (linked !== 'copy') return linked;
    } else if (this.#request.area.clones !== false && digest.size > 0) {
      const cloned = await this.#tryClone(digest, executable, target);
      if (cloned !== 'copy') return cloned;
    }
    return await this.#copy(digest, executable, target);
  }

  async #tryLink(digest: Digest, executable: boolean, target: string): Promise<StoreFailure | undefined | 'copy'> {
    const local = await this.#request.blobs.localFile(digest, executable);
    if (!local.ok) return local.failure;
    if (local.value === undefined) return 'copy';
    try {
      this.#request.disk.hardLink(local.value, target);
      return undefined;
    } catch (error) {
      if (NO_LINK.has(errorCode(error) ?? '')) return 'copy';
      throw error;
    }
  }

  /** The bytes of a clone are verified like those of a copy. */
  async #tryClone(digest: Digest, executable: boolean, target: string): Promise<StoreFailure | undefined | 'copy'> {
    const { disk, blobs, area } = this.#request;
    const local = await blobs.localFile(digest, false);
    if (!local.ok) return local.failure;
    // In a pack: that says nothing about other files.
    if (local.value === undefined) return 'copy';
    area.clones = canClone(disk, local.value, target);
    if (!area.clones) return 'copy';
    area.newMode ??= findNewMode(disk, `${this.#request.staging}.mode`);
    const digestOfClone = await digestFileAt(disk, target, this.#pacer);
    if (digestOfClone !== undefined && isSameDigest(digestOfClone, digest)) {
      disk.setMode(target, executable ? area.newMode : area.newMode & 0o666);
      this.#dateClone(target);
      return undefined;
    }
    // Reading it the other way says what is wrong with the blob, and sets it aside.
    disk.unlink(target);
    return 'copy';
  }

  #dateClone(target: string): void {
    const { disk, date } = this.#request;
    if (date === undefined) return;
    const file = disk.open(target, 'append');
    try {
      setDate(disk, file, date);
    } finally {
      disk.close(file);
    }
  }

  async #copy(digest: Digest, executable: boolean, target: string): Promise<StoreFailure | undefined> {
    const { disk, blobs, date } = this.#request;
    const small = digest.size <= SMALL_BYTES ? await blobs.readBytes(digest, this.#buffer) : undefined;
    if (small?.ok === false) return small.failure;
    if (small !== undefined) {
      this.#create(target, executable, small.value);
      return undefined;
    }
    const file = this.#open(target, executable);
    try {
      const read = await blobs.read(digest, (chunk) => disk.write(file, chunk), this.#buffer);
      setDate(disk, file, date);
      return read.ok ? undefined : read.failure;
    } finally {
      disk.close(file);
    }
  }

  #create(target: string, executable: boolean, bytes: Uint8Array): void {
    const { disk, date } = this.#request;
    const file = this.#open(target, executable);
    try {
      disk.write(file, bytes);
      setDate(disk, file, date);
    } finally {
      disk.close(file);
    }
  }

  #open(target: string, executable: boolean): number {
    return this.#request.disk.open(target, 'create', executable ? 0o777 : 0o666);
  }
}

/** The mode of an executable that is made here; a clone has that of the blob. Makes one, since Node cannot look at the umask. */
function findNewMode(disk: Disk, path: string): number {
  const file = disk.open(path, 'create', 0o777);
  try {
    return disk.fstat(file).mode & 0o777;
  } finally {
    disk.close(file);
    disk.unlink(path);
  }
}

/** Tries one clone; false when the file system or the pair of them cannot. */
function canClone(disk: Disk, from: string, to: string): boolean {
  try {
    disk.clone(from, to);
    return true;
  } catch (error) {
    const code = errorCode(error);
    // No space is trouble; everything else means that blocks cannot be shared here.
    if (code === undefined || code === 'ENOSPC') throw error;
    return false;
  }
}
