/** Largest content of a zstd block. */
const MAX_BLOCK = 128 * 1024;
const MAGIC = 0xfd2fb528;
const RAW = 0;
const RLE = 1;
const RESERVED = 3;

/** What the headers of a frame say. */
export interface FrameBound {
  /** It unpacks to this many bytes at most. */
  readonly most: number;
  /** What it says itself that it unpacks to, which need not be true; undefined when it does not say. */
  readonly declared: number | undefined;
}

/**
 * The most bytes that a zstd frame can unpack to, found without unpacking: from its block headers (RFC 8878, 3.1.1).
 * Undefined when `bytes` are not exactly one frame without a dictionary. A decoder that is given anything else could be
 * made to fill the memory.
 */
export function boundFrame(bytes: Uint8Array): FrameBound | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) return undefined;
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x0b) !== 0) return undefined;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const sizeAt = 5 + (isSingleSegment ? 0 : 1);
  let at = sizeAt + sizeBytes;
  if (at > bytes.length) return undefined;
  const declared = readSize(view, sizeAt, sizeBytes);
  let bound = 0;
  for (let isLast = false; !isLast;) {
    if (at + 3 > bytes.length) return undefined;
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === RESERVED || size > MAX_BLOCK) return undefined;
    bound += type === RAW || type === RLE ? size : MAX_BLOCK;
    at += 3 + (type === RLE ? 1 : size);
  }
  return at + ((descriptor & 4) === 0 ? 0 : 4) === bytes.length ? { most: bound, declared } : undefined;
}

function readSize(view: DataView, at: number, bytes: number): number | undefined {
  switch (bytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return Number(view.getBigUint64(at, true));
    default:
      return undefined;
  }
}
