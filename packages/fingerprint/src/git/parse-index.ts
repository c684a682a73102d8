import type { GitAlgorithm } from '@tr/hash';
import type { RelativePath } from '@tr/model';

/** Bits of an entry's flags (gitformat-index): assume-valid and the two stage bits. */
const ASSUME_VALID_OR_STAGE = 0xb000;
const EXTENDED = 0x4000;
const NAME_LENGTH = 0x0fff;
/** Bits of the extended flags: skip-worktree and intent-to-add. */
const SKIP_WORKTREE_OR_INTENT = 0x6000;
const STAT_BYTES = 40;
const HEADER_BYTES = 12;
const SLASH = 0x2f;
const SPARSE_DIRECTORY_MODE = 0o040000;
/** First byte of the mode of a submodule (0o160000), in the lower half of its field. */
const SUBMODULE_MODE_BYTE = 0o160000 >> 8;

/** An entry whose stat must not be trusted: in conflict, intent-to-add, assume-unchanged or skip-worktree. */
export const UNTRUSTED = 0;

/**
 * Entries of an index file below one directory. Names are made into strings only for the directories asked about: most
 * of what a run touches of a large index would otherwise live as long as the run.
 */
export interface ParsedIndex {
  /** True for a directory that leads to an entry. */
  hasDirectory(directory: RelativePath): boolean;
  /**
   * Name -> offset of the entry in the file, or {@link UNTRUSTED}, of the entries directly in a directory. Undefined
   * when nothing below it is tracked. Made anew at every call.
   */
  namesIn(directory: RelativePath): ReadonlyMap<string, number> | undefined;
  /** Directories of submodules, checked out or not. */
  readonly submodules: readonly RelativePath[];
}

/** Why an index file cannot be read here; git itself has to be asked for the list. */
export type IndexRefusal = 'corrupt' | 'split' | 'sparse' | 'unknown-extension' | 'unknown-version';

/** What {@link parseIndex} is given. */
export interface IndexFile {
  readonly bytes: Buffer;
  readonly algorithm: GitAlgorithm;
  /** Only entries below it are read, and it is taken off their paths. `''` or a path that ends in `/`. */
  readonly prefix: string;
}

/**
 * Reads git's index file, versions 2 to 4 (format: gitformat-index in git's documentation). The trailing checksum is
 * not verified, as git itself does not on reading; every offset and length is.
 */
export function parseIndex(file: IndexFile): ParsedIndex | IndexRefusal {
  const { bytes, algorithm } = file;
  const hashBytes = algorithm === 'sha1' ? 20 : 32;
  if (bytes.length < HEADER_BYTES + hashBytes || bytes.toString('latin1', 0, 4) !== 'DIRC') return 'corrupt';
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return 'unknown-version';
  const entries = readEntries(file, version, bytes.length - hashBytes);
  if (typeof entries === 'string') return entries;
  return readExtensions(bytes, entries.end, bytes.length - hashBytes) ?? entries.index;
}

interface Entries {
  readonly index: ParsedIndex;
  /** Offset of the first extension. */
  readonly end: number;
}

function readEntries({ bytes, algorithm, prefix }: IndexFile, version: number, limit: number): Entries | IndexRefusal {
  const count = bytes.readUInt32BE(8);
  const fixedBytes = STAT_BYTES + (algorithm === 'sha1' ? 20 : 32) + 2;
  // A count that is a lie ends as `corrupt`, not out of memory.
  const collector = new Collector(Buffer.from(prefix, 'utf8'), Math.min(count, Math.ceil(limit / fixedBytes)));
  // Version 4 stores each name as what differs from the one before: it is rebuilt here.
  let name = Buffer.allocUnsafe(4096);
  let nameLength = 0;
  let at = HEADER_BYTES;
  for (let entry = 0; entry < count; entry++) {
    if (at + fixedBytes > limit) return 'corrupt';
    const flags = ((bytes[at + fixedBytes - 2] ?? 0) << 8) | (bytes[at + fixedBytes - 1] ?? 0);
    const isExtended = (flags & EXTENDED) !== 0;
    if (isExtended && version === 2) return 'corrupt';
    let nameAt = at + fixedBytes + (isExtended ? 2 : 0);
    const extendedFlags = isExtended && nameAt <= limit ? bytes.readUInt16BE(nameAt - 2) : 0;
    if (bytes[at + 26] === SPARSE_DIRECTORY_MODE >> 8 && bytes.readUInt32BE(at + 24) === SPARSE_DIRECTORY_MODE)
      return 'sparse';
    const trusted = (flags & ASSUME_VALID_OR_STAGE) === 0 && (extendedFlags & SKIP_WORKTREE_OR_INTENT) === 0;
    const offset = trusted ? at : UNTRUSTED;
    const isSubmodule = bytes[at + 26] === SUBMODULE_MODE_BYTE;
    if (version === 4) {
      const strip = readVariableLength(bytes, nameAt);
      nameAt = strip.next;
      const nameEnd = bytes.indexOf(0, nameAt);
      if (nameEnd < 0 || nameEnd >= limit || strip.value > nameLength) return 'corrupt';
      const kept = nameLength - strip.value;
      nameLength = kept + nameEnd - nameAt;
      if (nameLength > name.length) name = Buffer.concat([name], nameLength * 2);
      bytes.copy(name, kept, nameAt, nameEnd);
      collector.addCopy(name.subarray(0, nameLength), offset);
      if (isSubmodule) collector.addSubmodule(name.toString('utf8', 0, nameLength));
      at = nameEnd + 1;
    } else {
      const short = flags & NAME_LENGTH;
      const nameEnd = short < NAME_LENGTH ? nameAt + short : bytes.indexOf(0, nameAt);
      if (nameEnd < 0 || nameEnd >= limit || bytes[nameEnd] !== 0) return 'corrupt';
      collector.add(bytes, nameAt, nameEnd, offset);
      if (isSubmodule) collector.addSubmodule(bytes.toString('utf8', nameAt, nameEnd));
      // One to eight NULs, so that entries are a multiple of eight bytes long.
      at += (nameEnd - at + 8) & ~7;
    }
  }
  return at > limit ? 'corrupt' : { index: collector, end: at };
}

/** Git's variable-length number: most significant digits first, with an offset per continuation. */
function readVariableLength(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  let byte = bytes[at] ?? 0;
  let value = byte & 0x7f;
  let next = at + 1;
  while ((byte & 0x80) !== 0 && next < at + 8) {
    byte = bytes[next] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
    next++;
  }
  return { value, next };
}

/** Extensions whose name starts with a capital letter may be skipped; the others change what the entries mean. */
function readExtensions(bytes: Buffer, from: number, limit: number): IndexRefusal | undefined {
  let at = from;
  while (at < limit) {
    if (at + 8 > limit) return 'corrupt';
    const name = bytes.toString('latin1', at, at + 4);
    if (name === 'link') return 'split';
    if (name === 'sdir') return 'sparse';
    if (!/^[A-Z]/.test(name)) return 'unknown-extension';
    at += 8 + bytes.readUInt32BE(at + 4);
  }
  return at === limit ? undefined : 'corrupt';
}

const NO_BYTES: Buffer = Buffer.alloc(0);

/** Sorts entries into directories. They come in path order, so that neighbours mostly share one. */
class Collector implements ParsedIndex {
  /** Directory -> numbers of its entries, as pairs of first and one past the last. */
  readonly #runs = new Map<RelativePath, number[]>([['', []]]);
  readonly #prefix: Buffer;
  /** Per entry: where its name begins and ends, and its offset in the file. Outside the heap. */
  readonly #table: Int32Array;
  #count = 0;
  /** What the places of names refer to. */
  #bytes: Buffer = NO_BYTES;
  #used = 0;
  /** Bytes of the current directory, with the slash after it, as characters. */
  #directory = '';
  #run: number[];
  readonly #submodules = new Set<RelativePath>();

  constructor(prefix: Buffer, capacity: number) {
    this.#prefix = prefix;
    this.#table = new Int32Array(capacity * 3);
    this.#run = this.#enter('');
  }

  hasDirectory(directory: RelativePath): boolean {
    return this.#runs.has(directory);
  }

  get submodules(): readonly RelativePath[] {
    return [...this.#submodules];
  }

  /** `path` is that of an entry, with what is taken off others. One in conflict comes several times. */
  addSubmodule(path: string): void {
    const prefix = this.#prefix.toString('utf8');
    if (path.startsWith(prefix) && path.length > prefix.length) this.#submodules.add(path.slice(prefix.length));
  }

  namesIn(directory: RelativePath): ReadonlyMap<string, number> | undefined {
    const runs = this.#runs.get(directory);
    if (runs === undefined) return undefined;
    const names = new Map<string, number>();
    for (let at = 0; at < runs.length; at += 2) {
      for (let entry = runs[at] ?? 0; entry < (runs[at + 1] ?? 0); entry++) {
        const start = this.#table[entry * 3];
        const name = this.#bytes.toString('utf8', start, this.#table[entry * 3 + 1]);
        // A second entry of one name is a conflict: none of its stages says what is on disk.
        names.set(name, names.has(name) ? UNTRUSTED : (this.#table[entry * 3 + 2] ?? UNTRUSTED));
      }
    }
    return names;
  }

  /** Adds an entry whose name stands in bytes that stay as they are; the same bytes for every entry. */
  add(bytes: Buffer, start: number, end: number, offset: number): void {
    this.#bytes = bytes;
    if (!startsWith(bytes, start, this.#prefix)) return;
    const pathAt = start + this.#prefix.length;
    if (pathAt >= end) return;
    let nameAt = end;
    while (nameAt > pathAt && bytes[nameAt - 1] !== SLASH) nameAt--;
    const directory = bytes.toString('latin1', pathAt, nameAt);
    if (directory !== this.#directory) {
      this.#directory = directory;
      this.#run = this.#enter(nameAt === pathAt ? '' : bytes.toString('utf8', pathAt, nameAt - 1));
    }
    const entry = this.#count++;
    this.#table[entry * 3] = nameAt;
    this.#table[entry * 3 + 1] = end;
    this.#table[entry * 3 + 2] = offset;
    const last = this.#run.length - 1;
    if (this.#run[last] === entry) this.#run[last] = entry + 1;
    else this.#run.push(entry, entry + 1);
  }

  /** Adds an entry whose name is about to be overwritten. */
  addCopy(name: Buffer, offset: number): void {
    if (this.#used + name.length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe((this.#used + name.length) * 2 + 65_536);
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    name.copy(this.#bytes, this.#used);
    const start = this.#used;
    this.#used += name.length;
    this.add(this.#bytes, start, this.#used, offset);
  }

  #enter(directory: RelativePath): number[] {
    const known = this.#runs.get(directory);
    if (known !== undefined) return known;
    const run: number[] = [];
    this.#runs.set(directory, run);
    this.#enter(directory.slice(0, Math.max(0, directory.lastIndexOf('/'))));
    return run;
  }
}

/** Compares from the end, where neighbours in a sorted list differ. */
function startsWith(bytes: Buffer, at: number, prefix: Buffer): boolean {
  for (let index = prefix.length - 1; index >= 0; index--) {
    if (bytes[at + index] !== prefix[index]) return false;
  }
  return true;
}
