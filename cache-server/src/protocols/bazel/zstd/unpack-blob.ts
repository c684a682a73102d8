import { BrokenStreamError } from '@tr/protocol';
import { Problem } from '../../../http/problem.js';
import { cutFrames } from './frame-pieces.js';

/**
 * The content of a blob that comes in as zstd, block by block: at most `size` bytes, whatever the stream says. Throws a problem for
 * a stream that is damaged, or that holds more. Whether it is the right content is for the store to see.
 */
export async function* unpackBlob(source: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  // Node has a decoder from 22.15 on only, and the packaged one takes no streams. No decoder bounds its window, nor what one call
  // gives out: so the stream is cut first.
  const { Decompress } = await import('fzstd');
  let ready: Uint8Array[] = [];
  let unpacked = 0;
  const decoder = new Decompress((bytes) => {
    unpacked += bytes.length;
    if (unpacked > size) throw new Problem('bad-digest');
    if (bytes.length > 0) ready.push(bytes);
  });
  const push = (bytes: Uint8Array, isLast: boolean): readonly Uint8Array[] => {
    ready = [];
    decodeWith(() => decoder.push(bytes, isLast));
    return ready;
  };
  try {
    for await (const piece of cutFrames(source, () => unpacked)) yield* push(piece.bytes, false);
  } catch (error) {
    throw error instanceof BrokenStreamError ? new Problem('bad-request', error.message) : error;
  }
  yield* push(new Uint8Array(), true);
}

/** What a decoder throws at bytes that cannot be is the client's fault. */
function decodeWith(decode: () => void): void {
  try {
    decode();
  } catch (error) {
    throw error instanceof Problem ? error : new Problem('bad-request', 'a damaged zstd frame');
  }
}
