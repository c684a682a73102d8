import { fail, InvariantError, ok, type Result } from '@tr/model';
import { loadNative, loadOwn, loadPortable, type Codec } from './codecs.js';
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
let loaded: Promise<Zstd | undefined> | undefined;

/**
 * Loads the codec once. The native library comes first although newer Nodes have zstd themselves: its bytes are the same
 * on every Node, so that machines with different ones share chunks. Where it has no build or was not installed, Node's own
 * is taken, else one in WebAssembly (half the speed): all read each other's frames, they only write other bytes, which are stored beside.
 */
export async function loadZstd(): Promise<Zstd> {
  const zstd = await load();
  if (zstd === undefined) throw new InvariantError('nobody has asked `hasZstd`');
  return zstd;
}

/** False when this installation lacks its libraries and this Node has no zstd: nothing can be packed or unpacked. */
export async function hasZstd(): Promise<boolean> {
  return (await load()) !== undefined;
}

function load(): Promise<Zstd | undefined> {
  loaded ??= (async () => {
    const codec = (await loadNative()) ?? (await loadOwn()) ?? (await loadPortable());
    return codec && toZstd(codec);
  })();
  return loaded;
}

/** Wraps a codec so that it takes frames that anybody may have made. */
export function toZstd({ encode, decode }: Codec): Zstd {
  return {
    compress: (bytes) => encode(asBuffer(bytes)),
    decompress: async (frame, length) => {
      const bound = boundFrame(frame);
      if (bound === undefined) return fail({ detail: 'not one zstd frame' });
      const { most, declared = length } = bound;
      if (most < length || most > length + BLOCK_SLACK || declared !== length)
        return fail({ detail: 'a zstd frame of another length' });
      try {
        const bytes = await decode(asBuffer(frame), length);
        return bytes.length === length ? ok(bytes) : fail({ detail: `${bytes.length} bytes instead of ${length}` });
      } catch {
        return fail({ detail: 'a damaged zstd frame' });
      }
    },
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
