import { InvariantError } from '@tr/model';

/** Size of a tar block, bytes. */
export const TAR_BLOCK = 512;

/** One member of a state: a file or a directory, nothing else. */
export interface StateMember {
  /** POSIX path below the data directory. */
  readonly path: string;
  readonly isDirectory: boolean;
  /** Bytes; 0 for a directory. */
  readonly size: number;
}

/** A header as it was read; `pax` = the next header's long values follow as content. */
export type ReadHeader = StateMember | { readonly pax: number } | 'end' | 'bad';

const MAX_NAME = 100;
const MAX_OCTAL_SIZE = 0o77777777777;
const MAGIC = 'ustar\u000000';

/** Zeros after a content of `size` bytes. */
export function paddingAfter(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}

/** Header blocks (POSIX.1-2001) of a member: no times, no owners, modes 0600 and 0700. */
export function toHeader({ path, isDirectory, size }: StateMember): Buffer {
  const name = isDirectory ? `${path}/` : path;
  const records = [
    ...(Buffer.byteLength(name) > MAX_NAME ? [paxRecord('path', name)] : []),
    ...(size > MAX_OCTAL_SIZE ? [paxRecord('size', String(size))] : []),
  ];
  const flag = isDirectory ? '5' : '0';
  const plain = toBlock(name, records.length > 0 && size > MAX_OCTAL_SIZE ? 0 : size, flag);
  if (records.length === 0) return plain;
  const body = Buffer.from(records.join(''));
  return Buffer.concat([toBlock('pax', body.length, 'x'), body, Buffer.alloc(paddingAfter(body.length)), plain]);
}

/** Reads one block. Anything but a plain file, a directory, a pax header or the end is `bad`. */
export function readHeader(block: Buffer): ReadHeader {
  if (block.every((byte) => byte === 0)) return 'end';
  if (block.toString('latin1', 257, 265) !== MAGIC || readOctal(block, 148, 6) !== checksum(block)) return 'bad';
  const size = readOctal(block, 124, 11);
  const flag = String.fromCharCode(block[156] ?? 0);
  const end = block.subarray(0, MAX_NAME).indexOf(0);
  const name = block.toString('utf8', 0, end === -1 ? MAX_NAME : end);
  // A prefix, an owner's name or a link's target: not written by us.
  if (size === undefined || block.subarray(157, 257).some(Boolean) || block.subarray(345).some(Boolean)) return 'bad';
  if (flag === 'x') return { pax: size };
  if (flag === '0') return { path: name, isDirectory: false, size };
  // A long name is cut; it stands whole in the pax header before.
  return flag === '5' && size === 0 ? { path: name.replace(/\/$/, ''), isDirectory: true, size: 0 } : 'bad';
}

/** What a pax header says: `path` and `size` only, undefined when there is anything else. */
export function readPax(body: Buffer): { readonly path?: string; readonly size?: number } | undefined {
  const values: { path?: string; size?: number } = {};
  for (let at = 0; at < body.length;) {
    const [, length, key, value] = /^(\d{1,5}) (path|size)=([^\n\0]*)\n/.exec(body.toString('utf8', at)) ?? [];
    if (length === undefined || key === undefined || value === undefined) return undefined;
    if (Buffer.byteLength(`${length} ${key}=${value}\n`) !== Number(length)) return undefined;
    if (key === 'path') values.path = value;
    else if (/^\d{1,15}$/.test(value)) values.size = Number(value);
    else return undefined;
    at += Number(length);
  }
  return values;
}

function toBlock(path: string, size: number, flag: string): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  Buffer.from(path).copy(block, 0, 0, MAX_NAME);
  block.write(octal(flag === '5' ? 0o700 : 0o600, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  block.write(octal(size, 11), 124, 'latin1');
  block.write(octal(0, 11), 136, 'latin1');
  block.write(flag, 156, 'latin1');
  block.write(MAGIC, 257, 'latin1');
  block.write(`${octal(checksum(block), 6)}\u0000 `, 148, 'latin1');
  return block;
}

/** Counts its own field as blanks. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < TAR_BLOCK; at += 1) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum;
}

function octal(value: number, digits: number): string {
  const text = value.toString(8);
  if (text.length > digits) throw new InvariantError(`${value} does not fit into a tar header`);
  return text.padStart(digits, '0');
}

function readOctal(block: Buffer, at: number, digits: number): number | undefined {
  const text = block.toString('latin1', at, at + digits);
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** `<length> <name>=<value>\n`, where the length counts its own digits. */
function paxRecord(name: string, value: string): string {
  const rest = Buffer.byteLength(` ${name}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${length} ${name}=${value}\n`;
}
