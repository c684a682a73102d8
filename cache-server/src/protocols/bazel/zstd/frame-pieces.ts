import { BrokenStreamError, ByteReader } from '@tr/protocol';

/** Largest content of a block (RFC 8878, 3.1.1.2.4). */
const MAX_BLOCK = 128 * 1024;
/** Largest window, bytes: what every decoder has to know. More is memory that a client could make us hold. */
const MAX_WINDOW = 8 * 1024 * 1024;
/**
 * A decoder moves its window once a block. So many bytes may be moved for each one that comes out, and so many in all
 * before that is looked at: honest encoders have a few KiB in a block (Bazel packs each message by itself), and a million
 * empty ones must not cost minutes.
 */
const MOVED_PER_BYTE = 1024;
const MOVED_FOR_FREE = 256 * 1024 * 1024;
const MAGIC = 0xfd2fb528;
const HEAD_BYTES = 5;
const RLE = 1;
const RESERVED = 3;

/** A part of a zstd stream that unpacks to {@link MAX_BLOCK} bytes at most. */
export interface FramePiece {
  readonly bytes: Uint8Array;
}

/**
 * Cuts a stream of zstd frames (RFC 8878) into headers, blocks and checksums, so that whoever unpacks them one after the other
 * never holds more than one block and a window that is no larger than allowed, whatever the stream says. Throws
 * `BrokenStreamError` for anything but frames without a dictionary. `unpacked` tells how much has come out of all pieces before.
 */
export async function* cutFrames(source: AsyncIterable<Uint8Array>, unpacked: () => number): AsyncIterable<FramePiece> {
  const reader = new ByteReader(source);
  let moved = 0;
  try {
    while (!(await reader.isAtEnd())) {
      const header = await readHeader(reader);
      yield { bytes: header.bytes };
      for (let isLast = false; !isLast;) {
        const block = await readBlock(reader);
        moved += header.window;
        if (moved > MOVED_FOR_FREE + unpacked() * MOVED_PER_BYTE) throw new BrokenStreamError('blocks too small');
        ({ isLast } = block);
        yield { bytes: block.bytes };
      }
      if (header.hasChecksum) yield { bytes: await reader.bytes(4) };
    }
  } finally {
    await reader.dispose();
  }
}

interface FrameHeader {
  readonly bytes: Uint8Array;
  /** Bytes a decoder has to remember. */
  readonly window: number;
  readonly hasChecksum: boolean;
}

async function readHeader(reader: ByteReader): Promise<FrameHeader> {
  const head = await reader.bytes(HEAD_BYTES);
  const descriptor = head.readUInt8(4);
  // The reserved bit, or a dictionary that nobody has.
  if (head.readUInt32LE(0) !== MAGIC || (descriptor & 0x0b) !== 0) throw new BrokenStreamError('not a zstd frame');
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const rest = await reader.bytes((isSingleSegment ? 0 : 1) + sizeBytes);
  const window = isSingleSegment ? readSize(rest) : windowOf(rest.readUInt8(0));
  if (window > MAX_WINDOW) throw new BrokenStreamError('a zstd window that is too large');
  return { bytes: Buffer.concat([head, rest]), window, hasChecksum: (descriptor & 4) !== 0 };
}

/** The content size of a frame that is its own window. */
function readSize(field: Buffer): number {
  switch (field.length) {
    case 1:
      return field.readUInt8(0);
    case 2:
      return field.readUInt16LE(0) + 256;
    case 4:
      return field.readUInt32LE(0);
    default:
      return Number(field.readBigUInt64LE(0));
  }
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

async function readBlock(reader: ByteReader): Promise<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  const head = await reader.bytes(3);
  const header = head.readUIntLE(0, 3);
  const type = (header >> 1) & 3;
  const size = header >> 3;
  if (type === RESERVED || size > MAX_BLOCK) throw new BrokenStreamError('a zstd block of another form');
  const body = await reader.bytes(type === RLE ? 1 : size);
  return { bytes: Buffer.concat([head, body]), isLast: (header & 1) === 1 };
}
