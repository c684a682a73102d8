/**
 * So much is hashed and written at once, bytes: BLAKE3 takes three quarters of the time of pieces of 64 KiB that begin anywhere, and
 * all of it is still in the processor's cache when it is written. The kernel takes large pieces of memory for it, but none as large as for
 * 256 KiB: once files fill the memory, looking for those costs twice the writing.
 */
const BATCH_BYTES = 192 * 1024;
/** Batches that are gathered at once, and whose memory is kept: the kernel would have to find and clear its pages each time. */
const MAX_LENT = 128;
/** Batches of streams that come when so many are under way, bytes: a thousand slow clients have to fit into memory. */
const CROWDED_BYTES = 64 * 1024;
/** The unit of WebAssembly's memory. */
const WASM_PAGE_BYTES = 64 * 1024;

/** Node's types leave it out. */
declare const WebAssembly: { readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer } };

/** Memory for the batches of streams, kept for the next one. */
const free: Buffer[] = [];
let lent = 0;
/** All of it in one piece, touched bit by bit as it is needed; undefined where there is none to be had. */
let memory: ArrayBuffer | undefined | 'unasked' = 'unasked';
let taken = 0;

/** Memory of {@link BATCH_BYTES}, or less where many streams are under way. To be given back. */
export function lendBatch(): Buffer {
  // Not from Node's pool, of which one part would keep the whole.
  if (lent >= MAX_LENT) return Buffer.allocUnsafeSlow(CROWDED_BYTES);
  lent++;
  return free.pop() ?? makeBatch();
}

/** Nothing may use the batch from now on. */
export function giveBackBatch(batch: Buffer): void {
  if (batch.length < BATCH_BYTES) return;
  lent--;
  free.push(batch);
}

/** False for the memory of crowded times, which begins anywhere. */
export function isWholeBatch(batch: Buffer): boolean {
  return batch.length === BATCH_BYTES;
}

/** What the disk is to read itself has to begin at a page: WebAssembly's memory is the one of which that is known here. */
function makeBatch(): Buffer {
  if (memory === 'unasked') memory = makeMemory();
  return memory === undefined
    ? Buffer.allocUnsafeSlow(BATCH_BYTES)
    : Buffer.from(memory, BATCH_BYTES * taken++, BATCH_BYTES);
}

function makeMemory(): ArrayBuffer | undefined {
  try {
    return new WebAssembly.Memory({ initial: (MAX_LENT * BATCH_BYTES) / WASM_PAGE_BYTES }).buffer;
  } catch {
    // Addresses are short (`ulimit -v`), or there is no WebAssembly (`--jitless`).
    return undefined;
  }
}
