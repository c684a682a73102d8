import { sha256 } from '@tr/hash';
import { fail, InvariantError, ok, type Result, type StoreFailure } from '@tr/model';
import { Chunker } from '../chunk/chunker.js';
import { MAX_FRAME, type Chunk } from '../chunk/chunk.js';
import { writeStream, type StreamRequest } from '../tar/write-stream.js';
import { loadZstd, type Zstd } from '../zstd/zstd.js';

/** Takes the chunks of a stream in order; anything but undefined ends it. The promise it returns holds the stream back. */
export type PackSink<F> = (chunk: Chunk) => Promise<F | undefined>;

/** Thrown through the chunker to end a stream early. */
class StreamEnded<F> extends Error {
  constructor(readonly failure: F) {
    super('the stream was ended');
  }
}

/**
 * The tar stream of a stored result (see `listMembers`), cut into chunks and packed. Chunks go to `sink` in order; memory
 * holds one or two of them, whatever the size of the result. A blob that turns out damaged ends the stream.
 */
export async function packStream<F>(
  request: StreamRequest,
  sink: PackSink<F>,
): Promise<Result<undefined, F | StoreFailure>> {
  const zstd = await loadZstd();
  const chunker = new Chunker(async (bytes) => {
    const failure = await sink(await packChunk(zstd, bytes));
    if (failure !== undefined) throw new StreamEnded(failure);
  });
  try {
    const failure = await writeStream(request, chunker);
    return failure === undefined ? ok(undefined) : fail(failure);
  } catch (error) {
    if (error instanceof StreamEnded) return fail((error as StreamEnded<F>).failure);
    throw error;
  }
}

async function packChunk(zstd: Zstd, raw: Buffer): Promise<Chunk> {
  const bytes = await zstd.compress(raw);
  if (bytes.length > MAX_FRAME) throw new InvariantError('zstd made more of a chunk than it may');
  return { hash: sha256(bytes), size: bytes.length, length: raw.length, bytes };
}
