import { fail, InvariantError, ok, type Result } from '@tr/model';
import { boundFrame } from './frame-bound.js';

/** Why a chunk cannot be unpacked, in a few words. */
export interface FrameFlaw {
  readonly detail: string;
}

/** Packs and unpacks chunks. */
export interface Zstd {
  compress(bytes: Uint8Array): Promise<Buffer>;
  /** Exactly `length` bytes, from bytes that anybody may have made. */
  decompress(frame: Uint8Array, length: number): Promise<Result<Buffer, FrameFlaw>>;
}

/** Encoders may cut a frame into smaller blocks than there could be; the bound is then this much too high at most, bytes. */
const BLOCK_SLACK = 64 * 1024 * 1024;
/** Part of the format in so far as other levels give other bytes, which are then stored beside the first ones. */
const LEVEL = 3;

interface Codec {
  readonly encode: (bytes: Buffer) => Promise<Buffer>;
  readonly decode: (frame: Buffer) => Promise<Buffer>;
}

let loaded: Promise<Zstd> | undefined;

/**
 * Loads the codec once. The packaged library comes first although newer Nodes have zstd themselves: its bytes are the
 * same on every Node, so that machines with different ones share chunks. Where it has no build, Node's own is taken.
 */
export function loadZstd(): Promise<Zstd> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Zstd> {
  const { encode, decode } = (await loadPackaged()) ?? (await ownCodec());
  return {
    compress: (bytes) => encode(asBuffer(bytes)),
    decompress: async (frame, length) => {
      const bound = boundFrame(frame);
      if (bound === undefined) return fail({ detail: 'not one zstd frame' });
      if (bound < length || bound > length + BLOCK_SLACK) return fail({ detail: 'a zstd frame of another length' });
      try {
        const bytes = await decode(asBuffer(frame));
        return bytes.length === length ? ok(bytes) : fail({ detail: `${bytes.length} bytes instead of ${length}` });
      } catch {
        return fail({ detail: 'a damaged zstd frame' });
      }
    },
  };
}

async function loadPackaged(): Promise<Codec | undefined> {
  try {
    const { Decoder, Encoder } = await import('@toondepauw/node-zstd');
    const encoder = new Encoder(LEVEL);
    const decoder = new Decoder();
    return { encode: (bytes) => encoder.encode(bytes), decode: (frame) => decoder.decode(frame) };
  } catch {
    return undefined;
  }
}

/** The functions that Node has from 22.15 on; the types we build with are older. */
interface NodeZstd {
  zstdCompress(bytes: Buffer, options: object, done: (error: Error | null, result: Buffer) => void): void;
  zstdDecompress(bytes: Buffer, done: (error: Error | null, result: Buffer) => void): void;
}

async function ownCodec(): Promise<Codec> {
  const node: object = await import('node:zlib');
  if (!hasZstd(node)) throw new InvariantError('neither this Node nor the packaged library has zstd for this platform');
  // 100 = ZSTD_c_compressionLevel
  return {
    encode: (bytes) => promised((done) => node.zstdCompress(bytes, { params: { 100: LEVEL } }, done)),
    decode: (frame) => promised((done) => node.zstdDecompress(frame, done)),
  };
}

function hasZstd(module: object): module is NodeZstd {
  return 'zstdCompress' in module && 'zstdDecompress' in module;
}

function promised(start: (done: (error: Error | null, result: Buffer) => void) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => start((error, result) => (error === null ? resolve(result) : reject(error))));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
