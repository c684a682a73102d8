import { join } from 'node:path';
import { isSha256 } from '@tr/hash';
import { isMissing, ok, type ActionKey } from '@tr/model';
import { isFreshName, type CacheFolder } from '../folder/cache-folder.js';
import { guarded } from '../folder/guarded.js';
import { commitTemp, dropTemp, openTemp, type TempFile } from '../folder/write-file.js';
import { readWhole } from '../read-whole.js';
import { attempt, type StoreResult } from '../trouble.js';
import { scanFiles } from '../upkeep/scan-folder.js';

/** The first line: name and version of the format. An unknown one counts as no entries. History: 1 (0.1): first. */
const FIRST_LINE = 'tr-arrivals 1\n';
const ARRIVALS_MODE = 0o644;
/** One run puts no more than this into its file, bytes. */
export const MAX_ARRIVALS_BYTES = 16 * 1024 * 1024;
/** Larger files are none of ours, bytes. */
const MAX_FILE_BYTES = 2 * MAX_ARRIVALS_BYTES;
const KEY_DIGITS = 64;

/** An entry of another machine as it came; anybody may have written it. */
export interface Arrival {
  readonly key: ActionKey;
  readonly bytes: Uint8Array;
}

/**
 * Entries that one run has got from other machines, each with all that belongs to it, in one file of the cache folder: to be put
 * into the stores by the next run. A file each for manifest, blobs and mark takes longer than everything else about a small result.
 */
export class Arrivals {
  readonly #folder: CacheFolder;
  #temp: TempFile | undefined;
  #isBroken = false;

  constructor(folder: CacheFolder) {
    this.#folder = folder;
  }

  /** Adds one. Nobody sees it before {@link commit}. After trouble with the disk, which is told once, nothing is added any more. */
  add({ key, bytes }: Arrival): StoreResult<undefined> {
    if (this.#isBroken) return ok(undefined);
    const { disk, root } = this.#folder;
    const added = guarded(this.#folder, root, () => {
      const isFirst = this.#temp === undefined;
      const { file } = (this.#temp ??= openTemp(this.#folder, ARRIVALS_MODE));
      const head = Buffer.from(`${isFirst ? FIRST_LINE : ''}${key} ${bytes.length}\n`);
      disk.write(file, Buffer.concat([head, bytes]));
      return ok(undefined);
    });
    // What was written last may be torn; what came before it is whole.
    this.#isBroken = !added.ok;
    return added;
  }

  /** Puts the file in place, if there is one. Nothing is added afterwards. */
  commit(): StoreResult<undefined> {
    const temp = this.#temp;
    if (temp === undefined) return ok(undefined);
    this.#temp = undefined;
    const { disk } = this.#folder;
    const placed = attempt(temp.path, () => {
      disk.close(temp.file);
      commitTemp(this.#folder, temp.path, this.#folder.freshPath('arrivals'));
      return undefined;
    });
    if (!placed.ok) dropTemp(this.#folder, temp.path);
    return placed;
  }
}

/** The files that earlier runs have left. */
export function listArrivals(folder: CacheFolder): StoreResult<readonly string[]> {
  if (folder.check() !== undefined) return ok([]);
  const directory = join(folder.root, 'arrivals');
  return attempt(directory, () =>
    [...scanFiles(folder.disk, directory)].filter(({ name }) => isFreshName(name)).map(({ path }) => path),
  );
}

/** What is in such a file. One that cannot be read has nothing in it. */
export function readArrivals({ disk }: CacheFolder, path: string): readonly Arrival[] {
  const file = attempt(path, () => readWhole(disk, path, MAX_FILE_BYTES));
  return file.ok ? parseArrivals(Buffer.from(file.value.bytes)) : [];
}

/** Says that the entries of a file are in the stores; fine when another run was first. */
export function dropArrivals({ disk }: CacheFolder, path: string): StoreResult<undefined> {
  return attempt(path, () => {
    try {
      disk.unlink(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return undefined;
  });
}

/** What comes after something that is no entry is left out. */
function parseArrivals(bytes: Buffer): readonly Arrival[] {
  const entries: Arrival[] = [];
  if (bytes.toString('latin1', 0, FIRST_LINE.length) !== FIRST_LINE) return entries;
  for (let at = FIRST_LINE.length; at < bytes.length;) {
    const lineEnd = bytes.indexOf(0x0a, at);
    if (lineEnd === -1) return entries;
    const key = bytes.toString('latin1', at, at + KEY_DIGITS);
    const size = bytes.toString('latin1', at + KEY_DIGITS, lineEnd);
    const end = lineEnd + 1 + Number(size);
    if (!isSha256(key) || !/^ [0-9]{1,9}$/.test(size) || end > bytes.length) return entries;
    entries.push({ key: key as string as ActionKey, bytes: bytes.subarray(lineEnd + 1, end) });
    at = end;
  }
  return entries;
}
