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

/** An entry whose stat must not be trusted: in conflict, intent-to-add, assume-unchanged or skip-worktree. */
export const UNTRUSTED = 0;

/** Entries of an index file below one directory, by directory. */
export interface ParsedIndex {
  /**
   * Directory -> name -> offset of the entry in the file, or {@link UNTRUSTED}. Every directory that leads to an entry
   * is there, if only with an empty map.
   */
  readonly directories: ReadonlyMap<RelativePath, ReadonlyMap<string, number>>;
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
  const collector = new Collector(Buffer.from(prefix, 'utf8'));
  // Version 4 stores each name as what differs from the one before: it is rebuilt here.
  let name = Buffer.allocUnsafe(4096);
  let nameLength = 0;
  let at = HEADER_BYTES;
  for (let entry = 0; entry < count; entry++) {
    if (at + fixedBytes > limit) return 'corrupt';
    const flags = bytes.readUInt16BE(at + fixedBytes - 2);
    const isExtended = (flags & EXTENDED) !== 0;
    if (isExtended && version === 2) return 'corrupt';
    let nameAt = at + fixedBytes + (isExtended ? 2 : 0);
    const extendedFlags = isExtended && nameAt <= limit ? bytes.readUInt16BE(nameAt - 2) : 0;
    if (bytes.readUInt32BE(at + 24) === SPARSE_DIRECTORY_MODE) return 'sparse';
    const trusted = (flags & ASSUME_VALID_OR_STAGE) === 0 && (extendedFlags & SKIP_WORKTREE_OR_INTENT) === 0;
    const offset = trusted ? at : UNTRUSTED;
    if (version === 4) {
      const strip = readVariableLength(bytes, nameAt);
      nameAt = strip.next;
      const nameEnd = bytes.indexOf(0, nameAt);
      if (nameEnd < 0 || nameEnd >= limit || strip.value > nameLength) return 'corrupt';
      const kept = nameLength - strip.value;
      nameLength = kept + nameEnd - nameAt;
      if (nameLength > name.length) name = Buffer.concat([name], nameLength * 2);
      bytes.copy(name, kept, nameAt, nameEnd);
      collector.add(name, { start: 0, end: nameLength, offset });
      at = nameEnd + 1;
    } else {
      const short = flags & NAME_LENGTH;
      const nameEnd = short < NAME_LENGTH ? nameAt + short : bytes.indexOf(0, nameAt);
      if (nameEnd < 0 || nameEnd >= limit || bytes[nameEnd] !== 0) return 'corrupt';
      collector.add(bytes, { start: nameAt, end: nameEnd, offset });
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

interface NameRange {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/** Sorts entries into directories. They come in path order, so that neighbours mostly share one. */
class Collector implements ParsedIndex {
  readonly directories = new Map<RelativePath, Map<string, number>>([['', new Map<string, number>()]]);
  readonly #prefix: Buffer;
  #directory: RelativePath = '';
  /** Bytes of the current directory, with the slash after it. */
  #directoryBytes = Buffer.alloc(0);
  #names: Map<string, number>;

  constructor(prefix: Buffer) {
    this.#prefix = prefix;
    this.#names = this.#enter('');
  }

  add(bytes: Buffer, { start, end, offset }: NameRange): void {
    if (!startsWith(bytes, start, this.#prefix)) return;
    const pathAt = start + this.#prefix.length;
    if (pathAt >= end) return;
    let nameAt = end;
    let isAscii = true;
    while (nameAt > pathAt) {
      const byte = bytes[nameAt - 1] ?? 0;
      if (byte === SLASH) break;
      if (byte > 0x7f) isAscii = false;
      nameAt--;
    }
    if (nameAt - pathAt !== this.#directoryBytes.length || !startsWith(bytes, pathAt, this.#directoryBytes)) {
      this.#directoryBytes = Buffer.from(bytes.subarray(pathAt, nameAt));
      this.#directory = nameAt === pathAt ? '' : bytes.toString('utf8', pathAt, nameAt - 1);
      this.#names = this.#enter(this.#directory);
    }
    const name = bytes.toString(isAscii ? 'latin1' : 'utf8', nameAt, end);
    // A second entry of one name is a conflict: none of its stages says what is on disk.
    this.#names.set(name, this.#names.has(name) ? UNTRUSTED : offset);
  }

  #enter(directory: RelativePath): Map<string, number> {
    const known = this.directories.get(directory);
    if (known !== undefined) return known;
    const names = new Map<string, number>();
    this.directories.set(directory, names);
    this.#enter(directory.slice(0, Math.max(0, directory.lastIndexOf('/'))));
    return names;
  }
}

/** Compares from the end, where neighbours in a sorted list differ. */
function startsWith(bytes: Buffer, at: number, prefix: Buffer): boolean {
  for (let index = prefix.length - 1; index >= 0; index--) {
    if (bytes[at + index] !== prefix[index]) return false;
  }
  return true;
}
