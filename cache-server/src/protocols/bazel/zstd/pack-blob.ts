import { loadZstd } from '@tr/transport';

/** Content of one frame, bytes. */
const FRAME_BYTES = 1024 * 1024;

/**
 * A content as zstd: frames of 1 MiB one after the other, which is one stream to every decoder. Packed by other threads, one
 * frame at a time.
 */
export async function* packBlob(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const zstd = await loadZstd();
  let pieces: Uint8Array[] = [];
  let size = 0;
  let isEmpty = true;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + FRAME_BYTES - size);
      pieces.push(piece);
      at += piece.length;
      size += piece.length;
      if (size < FRAME_BYTES) continue;
      yield await zstd.compress(Buffer.concat(pieces));
      [pieces, size, isEmpty] = [[], 0, false];
    }
  }
  // Even nothing has a frame.
  if (size > 0 || isEmpty) yield await zstd.compress(Buffer.concat(pieces));
}

/** A small content as one frame; undefined when that is not smaller. */
export async function packSmall(content: Uint8Array): Promise<Uint8Array | undefined> {
  const packed = await (await loadZstd()).compress(content);
  return packed.length < content.length ? packed : undefined;
}
