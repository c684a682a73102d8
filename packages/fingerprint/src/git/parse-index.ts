import type { GitAlgorithm } from '@tr/hash';
import { EntryDirectories, UNTRUSTED, type ParsedIndex } from './entry-directories.js';
import { ShortenedNames, WholeNames } from './entry-names.js';

/** Bits of an entry's flags (gitformat-index): assume-valid and the two stage bits. */
const ASSUME_VALID_OR_STAGE = 0xb000;
const EXTENDED = 0x4000;
const NAME_LENGTH = 0x0fff;
/** Bits of the extended flags. There are no others. */
const SKIP_WORKTREE = 0x4000;
const INTENT_TO_ADD = 0x2000;
const STAT_BYTES = 40;
const HEADER_BYTES = 12;
const SPARSE_DIRECTORY_MODE = 0o040000;
const FILE_MODE = 0o100400;
const LINK_MODE = 0o120000;
const SUBMODULE_MODE = 0o160000;

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
 * Reads git's index file, versions 2 to 4 (format: gitformat-index in git's documentation), or refuses it, so that git is asked: where
 * an offset or a length cannot be, and where a mode, a flag or a name is none that git writes. What git itself takes as it comes is
 * taken here too, as it would answer the same: the order of the entries, and the checksum at the end, which it verifies on no reading
 * and may leave out (`index.skipHash`).
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
  // A count that is a lie must not ask for memory either: each entry has a name and its end besides.
  if (count * (fixedBytes + 2) > limit - HEADER_BYTES) return 'corrupt';
  const directories = new EntryDirectories(Buffer.from(prefix, 'utf8'), count);
  const names = version === 4 ? new ShortenedNames(bytes) : new WholeNames(bytes);
  let at = HEADER_BYTES;
  for (let entry = 0; entry < count; entry++) {
    if (at + fixedBytes > limit) return 'corrupt';
    const flags = ((bytes[at + fixedBytes - 2] ?? 0) << 8) | (bytes[at + fixedBytes - 1] ?? 0);
    const isExtended = (flags & EXTENDED) !== 0;
    const nameAt = at + fixedBytes + (isExtended ? 2 : 0);
    const extendedFlags = isExtended && nameAt <= limit ? bytes.readUInt16BE(nameAt - 2) : 0;
    if ((isExtended && version === 2) || (extendedFlags & ~(SKIP_WORKTREE | INTENT_TO_ADD)) !== 0) return 'corrupt';
    const kind = kindAt(bytes, at + 24);
    if (kind === 'directory') return 'sparse';
    if (kind === undefined || !names.read(nameAt, flags & NAME_LENGTH) || names.next > limit) return 'corrupt';
    const trusted = (flags & ASSUME_VALID_OR_STAGE) === 0 && extendedFlags === 0;
    if (!directories.add(names, trusted ? at : UNTRUSTED)) return 'corrupt';
    if (kind === 'submodule') directories.addSubmodule(names);
    if ((extendedFlags & SKIP_WORKTREE) !== 0) directories.addLeftOut(names);
    // One to eight NULs, so that entries are a multiple of eight bytes long.
    at = version === 4 ? names.next : at + ((names.next - 1 - at + 8) & ~7);
  }
  return at > limit ? 'corrupt' : { index: directories, end: at };
}

/** What a mode says there is; undefined for what git does not write. Files have had other permissions than its two. */
function kindAt(bytes: Buffer, at: number): 'file' | 'link' | 'submodule' | 'directory' | undefined {
  if (bytes[at] !== 0 || bytes[at + 1] !== 0) return undefined;
  const high = bytes[at + 2] ?? 0;
  if (high === FILE_MODE >> 8) return 'file';
  if (bytes[at + 3] !== 0) return undefined;
  switch (high) {
    case LINK_MODE >> 8:
      return 'link';
    case SUBMODULE_MODE >> 8:
      return 'submodule';
    case SPARSE_DIRECTORY_MODE >> 8:
      return 'directory';
    default:
      return undefined;
  }
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
    const size = bytes.readUInt32BE(at + 4);
    // `end of index entries` says where the entries end.
    if (name === 'EOIE' && (size < 4 || at + 12 > limit || bytes.readUInt32BE(at + 8) !== from)) return 'corrupt';
    at += 8 + size;
  }
  return at === limit ? undefined : 'corrupt';
}
