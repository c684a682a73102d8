import type { Digest, ManifestEntry, RelativePath, Sha256 } from '@tr/model';
import type { Disk, StoreResult } from '@tr/store';
import { toStamp, type Stamp } from '../record/stamp.js';
import { setDate } from './file-date.js';

/** Contents of an entry that do not lie in blobs of their own. */
export interface ContentStream {
  /**
   * Hands each of the contents to `sink` once, in the order in which they lie: whole and verified, or in pieces when one is
   * large (`isLast` with its last one). Pieces may only be trusted when the result is ok.
   */
  read(
    wanted: ReadonlySet<Sha256>,
    sink: (content: Digest, bytes: Uint8Array, isLast: boolean) => void,
  ): Promise<StoreResult<undefined>>;
}

type FileEntry = Extract<ManifestEntry, { readonly type: 'file' }>;

/** Where the files of a stream go. */
export interface StreamTargets {
  readonly disk: Disk;
  readonly files: readonly FileEntry[];
  /** Absolute path of a file to make; its directory is there when this returns. */
  readonly pathOf: (path: RelativePath) => string;
  /** Gets the stamp of each file. */
  readonly stamps: Map<string, Stamp>;
  /** Modification time, seconds since the epoch. */
  readonly date?: number | undefined;
}

const COPY_BYTES = 1024 * 1024;

/** Writes files as their contents come by; equal ones at the same time. */
export async function stageStream(contents: ContentStream, targets: StreamTargets): Promise<StoreResult<undefined>> {
  const byContent = new Map<Sha256, FileEntry[]>();
  for (const file of targets.files) {
    const same = byContent.get(file.digest.hash);
    if (same === undefined) byContent.set(file.digest.hash, [file]);
    else same.push(file);
  }
  const writer = new StreamWriter(targets);
  try {
    return await contents.read(new Set(byContent.keys()), ({ hash }, bytes, isLast) =>
      writer.take(byContent.get(hash) ?? [], bytes, isLast),
    );
  } finally {
    writer.dispose();
  }
}

/** A file that is being written. */
interface OpenFile {
  readonly entry: FileEntry;
  /** Absolute. */
  readonly target: string;
  readonly file: number;
}

class StreamWriter {
  readonly #targets: StreamTargets;
  /** The first file of a large content, until its last piece has come. */
  #open: OpenFile | undefined;

  constructor(targets: StreamTargets) {
    this.#targets = targets;
  }

  take(files: readonly FileEntry[], bytes: Uint8Array, isLast: boolean): void {
    const [first, ...others] = files;
    if (first === undefined) return;
    if (this.#open === undefined && isLast) {
      for (const file of files) this.#write(file, bytes);
      return;
    }
    this.#open ??= this.#create(first);
    this.#targets.disk.write(this.#open.file, bytes);
    if (!isLast) return;
    const open = this.#open;
    this.#open = undefined;
    this.#finish(open);
    for (const other of others) this.#copy(open.target, other);
  }

  dispose(): void {
    if (this.#open !== undefined) this.#targets.disk.close(this.#open.file);
  }

  #create(entry: FileEntry): OpenFile {
    const target = this.#targets.pathOf(entry.path);
    return { entry, target, file: this.#targets.disk.open(target, 'create', entry.executable ? 0o777 : 0o666) };
  }

  #write(entry: FileEntry, bytes: Uint8Array): void {
    const open = this.#create(entry);
    try {
      this.#targets.disk.write(open.file, bytes);
    } catch (error) {
      this.#targets.disk.close(open.file);
      throw error;
    }
    this.#finish(open);
  }

  #finish({ entry, file }: OpenFile): void {
    const { disk, stamps, date } = this.#targets;
    try {
      setDate(disk, file, date);
      stamps.set(entry.path, toStamp(disk.fstat(file)));
    } finally {
      disk.close(file);
    }
  }

  #copy(from: string, to: FileEntry): void {
    const { disk } = this.#targets;
    const source = disk.open(from, 'read');
    try {
      const open = this.#create(to);
      try {
        const buffer = Buffer.allocUnsafe(COPY_BYTES);
        for (let count = disk.read(source, buffer); count > 0; count = disk.read(source, buffer))
          disk.write(open.file, buffer.subarray(0, count));
      } catch (error) {
        disk.close(open.file);
        throw error;
      }
      this.#finish(open);
    } finally {
      disk.close(source);
    }
  }
}
