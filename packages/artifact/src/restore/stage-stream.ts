import type { Digest, ManifestEntry, RelativePath, Sha256 } from '@tr/model';
import type { Disk, StoreResult } from '@tr/store';
import { toStamp, type Stamp } from '../record/stamp.js';

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

class StreamWriter {
  readonly #targets: StreamTargets;
  /** The first file of a large content, until its last piece has come. */
  #open: number | undefined;

  constructor(targets: StreamTargets) {
    this.#targets = targets;
  }

  take(files: readonly FileEntry[], bytes: Uint8Array, isLast: boolean): void {
    const { disk } = this.#targets;
    const [first, ...others] = files;
    if (first === undefined) return;
    if (this.#open === undefined && isLast) {
      for (const file of files) this.#write(file, bytes);
      return;
    }
    this.#open ??= this.#create(first);
    disk.write(this.#open, bytes);
    if (!isLast) return;
    const file = this.#open;
    this.#open = undefined;
    this.#finish(first, file);
    for (const other of others) this.#copy(first, other);
  }

  dispose(): void {
    if (this.#open !== undefined) this.#targets.disk.close(this.#open);
  }

  #create({ path, executable }: FileEntry): number {
    return this.#targets.disk.open(this.#targets.pathOf(path), 'create', executable ? 0o777 : 0o666);
  }

  #write(entry: FileEntry, bytes: Uint8Array): void {
    const file = this.#create(entry);
    try {
      this.#targets.disk.write(file, bytes);
    } catch (error) {
      this.#targets.disk.close(file);
      throw error;
    }
    this.#finish(entry, file);
  }

  #finish({ path }: FileEntry, file: number): void {
    const { disk, stamps } = this.#targets;
    try {
      stamps.set(path, toStamp(disk.fstat(file)));
    } finally {
      disk.close(file);
    }
  }

  #copy(from: FileEntry, to: FileEntry): void {
    const { disk, pathOf } = this.#targets;
    const source = disk.open(pathOf(from.path), 'read');
    try {
      const file = this.#create(to);
      try {
        const buffer = Buffer.allocUnsafe(COPY_BYTES);
        for (let count = disk.read(source, buffer); count > 0; count = disk.read(source, buffer))
          disk.write(file, buffer.subarray(0, count));
      } catch (error) {
        disk.close(file);
        throw error;
      }
      this.#finish(to, file);
    } finally {
      disk.close(source);
    }
  }
}
