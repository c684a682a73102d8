import { InvariantError } from '@tr/model';

/** Size of a tar block, bytes. */
export const TAR_BLOCK = 512;
/** Two blocks of zeros end a tar archive. */
export const TAR_END_BYTES = 2 * TAR_BLOCK;

/** One member of an archive, its content apart. */
export interface TarMember {
  /** POSIX path without a slash at its end. */
  readonly path: string;
  readonly type: 'file' | 'link' | 'symlink' | 'directory';
  /** Bytes of content; 0 for everything but files. */
  readonly size: number;
  readonly executable: boolean;
  /** Of both kinds of links. */
  readonly target: string;
}

const TYPE_FLAGS = { file: '0', link: '1', symlink: '2', directory: '5' } as const;
const MAX_NAME = 100;
/** What eleven octal digits can say. */
const MAX_OCTAL_SIZE = 0o77777777777;

/**
 * The header of a member, POSIX.1-2001 (`ustar`, with a `pax` header before it when a name, a link or a size does not
 * fit). A function of the member alone: no times, no owners, no library whose next version writes other bytes.
 */
export function toTarHeader(member: TarMember): Buffer {
  const path = nameOf(member);
  const records = paxRecords(member);
  const mode = member.type === 'directory' || member.executable ? 0o755 : 0o644;
  const plain = toBlock({
    path,
    target: member.target,
    mode,
    size: member.size > MAX_OCTAL_SIZE ? 0 : member.size,
    flag: TYPE_FLAGS[member.type],
  });
  if (records.length === 0) return plain;
  const body = Buffer.from(records.join(''));
  const header = toBlock({ path: 'pax', target: '', mode: 0o644, size: body.length, flag: 'x' });
  return Buffer.concat([header, body, Buffer.alloc(paddingAfter(body.length)), plain]);
}

/** A `pax` header for the whole archive with a comment, which every `tar` passes over. */
export function toGlobalComment(comment: string): Buffer {
  const body = Buffer.from(paxRecord('comment', comment));
  const header = toBlock({ path: 'pax_global_header', target: '', mode: 0o644, size: body.length, flag: 'g' });
  return Buffer.concat([header, body, Buffer.alloc(paddingAfter(body.length))]);
}

/** Name and size of a plain file, from a header block that anybody may have written; undefined for anything else. */
export function parseFileHeader(block: Uint8Array): { readonly path: string; readonly size: number } | undefined {
  const text = Buffer.from(block).toString('latin1');
  const path = text.slice(0, MAX_NAME).split('\u0000', 1)[0] ?? '';
  const size = /^[0-7]{11}/.exec(text.slice(124))?.[0];
  return size === undefined || text[156] !== '0' ? undefined : { path, size: parseInt(size, 8) };
}

/** The length of {@link toTarHeader}, for much less. */
export function tarHeaderLength(member: TarMember): number {
  const body = paxRecords(member).reduce((sum, record) => sum + Buffer.byteLength(record), 0);
  return body === 0 ? TAR_BLOCK : TAR_BLOCK + body + paddingAfter(body) + TAR_BLOCK;
}

function nameOf({ path, type }: TarMember): string {
  return type === 'directory' ? `${path}/` : path;
}

/** What does not fit into a plain header; nearly always nothing. */
function paxRecords(member: TarMember): readonly string[] {
  const path = nameOf(member);
  const records: string[] = [];
  if (Buffer.byteLength(path) > MAX_NAME) records.push(paxRecord('path', path));
  if (Buffer.byteLength(member.target) > MAX_NAME) records.push(paxRecord('linkpath', member.target));
  if (member.size > MAX_OCTAL_SIZE) records.push(paxRecord('size', String(member.size)));
  return records;
}

/** Zeros that follow a content of `size` bytes. */
export function paddingAfter(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}

interface BlockFields {
  readonly path: string;
  readonly target: string;
  readonly mode: number;
  readonly size: number;
  readonly flag: string;
}

function toBlock({ path, target, mode, size, flag }: BlockFields): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  // What does not fit is cut here and stands whole in the pax header before.
  Buffer.from(path).copy(block, 0, 0, MAX_NAME);
  block.write(octal(mode, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  block.write(octal(size, 11), 124, 'latin1');
  block.write(octal(0, 11), 136, 'latin1');
  block.write(flag, 156, 'latin1');
  Buffer.from(target).copy(block, 157, 0, MAX_NAME);
  block.write('ustar\u000000', 257, 'latin1');
  // The checksum counts its own field as blanks.
  block.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${octal(sum, 6)}\u0000 `, 148, 'latin1');
  return block;
}

function octal(value: number, digits: number): string {
  const text = value.toString(8);
  if (text.length > digits) throw new InvariantError(`${value} does not fit into a tar header`);
  return text.padStart(digits, '0');
}

/** `<length> <name>=<value>\n`, where the length counts its own digits. */
function paxRecord(name: string, value: string): string {
  const rest = Buffer.byteLength(` ${name}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${length} ${name}=${value}\n`;
}
