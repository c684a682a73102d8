import { createRequire } from 'node:module';
import type * as Native from '@toondepauw/node-zstd';

/** Packs and unpacks with one library. Rejects when a frame is damaged. */
export interface Codec {
  readonly encode: (bytes: Buffer) => Promise<Buffer>;
  /** `length`: what the frame is said to unpack to. */
  readonly decode: (frame: Buffer, length: number) => Promise<Buffer>;
}

/** Part of the format in so far as other levels give other bytes, which are then stored beside the first ones. */
const LEVEL = 3;

/** Unpacked at once, bytes: that takes less than the way to another thread and back. */
const SMALL_LENGTH = 64 * 1024;

const NATIVE = '@toondepauw/node-zstd';

/** The packaged native library; undefined where it has no build or was left out. */
export async function loadNative(): Promise<Codec | undefined> {
  try {
    const { Decoder, Encoder } = loadBuild() ?? (await import('@toondepauw/node-zstd'));
    const encoder = new Encoder(LEVEL);
    const decoder = new Decoder();
    return {
      encode: (bytes) => encoder.encode(bytes),
      decode: async (frame, length) =>
        length <= SMALL_LENGTH ? decoder.decodeSync(frame) : await decoder.decode(frame),
    };
  } catch {
    return undefined;
  }
}

/**
 * The build for this machine, from where the library has it. It would find the same one, but asks on Linux first for a report
 * about the whole process, four milliseconds, to tell which C library that runs on. One for another C library does not load,
 * and on other systems the library does not ask: undefined.
 */
function loadBuild(): typeof Native | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const library = createRequire(import.meta.filename).resolve(NATIVE);
    return createRequire(library)(`${NATIVE}-linux-${process.arch}-gnu`) as typeof Native;
  } catch {
    return undefined;
  }
}

/** The functions that Node has from 22.15 on; the types we build with are older. */
interface NodeZstd {
  zstdCompress(bytes: Buffer, options: object, done: (error: Error | null, result: Buffer) => void): void;
  zstdDecompress(bytes: Buffer, done: (error: Error | null, result: Buffer) => void): void;
}

/** Node's own; undefined where it has none. */
export async function loadOwn(): Promise<Codec | undefined> {
  const node: object = await import('node:zlib');
  if (!isNodeZstd(node)) return undefined;
  // 100 = ZSTD_c_compressionLevel
  return {
    encode: (bytes) => promised((done) => node.zstdCompress(bytes, { params: { 100: LEVEL } }, done)),
    decode: (frame) => promised((done) => node.zstdDecompress(frame, done)),
  };
}

let portable: Promise<Codec | undefined> | undefined;

/** WebAssembly: runs everywhere, on the main thread, at about half the speed. Undefined when it was left out. */
export function loadPortable(): Promise<Codec | undefined> {
  // Its memory is one for the process: starting it again would take it away from those who use it.
  portable ??= startPortable();
  return portable;
}

async function startPortable(): Promise<Codec | undefined> {
  try {
    const { init, compress, decompress } = await import('@bokuweb/zstd-wasm');
    await init();
    return {
      encode: (bytes) => Promise.resolve(toBuffer(compress(bytes, LEVEL))),
      // A throw becomes a rejection.
      decode: async (frame, length) => await Promise.resolve(toBuffer(decompress(frame, { defaultHeapSize: length }))),
    };
  } catch {
    return undefined;
  }
}

function isNodeZstd(module: object): module is NodeZstd {
  return 'zstdCompress' in module && 'zstdDecompress' in module;
}

function promised(start: (done: (error: Error | null, result: Buffer) => void) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => start((error, result) => (error === null ? resolve(result) : reject(error))));
}

function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
