import { sha256 } from '@tr/hash';
import { fail, ok, type Digest, type Manifest, type Result, type StoreFailure } from '@tr/model';
import { createPacer, openEntryBlobs, toManifestBytes, type BlobStore, type EntryBlobs } from '@tr/store';
import { Chunker } from '../chunk/chunker.js';
import { MAX_FRAME, type Chunk } from '../chunk/chunk.js';
import { listMembers } from '../tar/list-members.js';
import { paddingAfter, TAR_END_BYTES } from '../tar/tar-header.js';
import { loadZstd, type Zstd } from '../zstd/zstd.js';
import { InvariantError } from '@tr/model';

/** Contents from this size on begin and end a chunk, so that an unchanged one keeps its chunks whatever is around it. */
export const LARGE_CONTENT = 1024 * 1024;
/** Contents up to this size are read at once. */
const SMALL_CONTENT = 256 * 1024;

/** A result to send. */
export interface PackStreamRequest {
  readonly manifest: Manifest;
  /** Has every blob of the manifest. */
  readonly blobs: BlobStore;
}

/** Takes the chunks of a stream in order; anything but undefined ends it. The promise it returns holds the stream back. */
export type PackSink<F> = (chunk: Chunk) => Promise<F | undefined>;

/** Thrown through the chunker to end a stream early. */
class StreamEnded<F> extends Error {
  constructor(readonly failure: F) {
    super('the stream was ended');
  }
}

/** What the head of a stream is made of: the digest of the manifest's bytes, and them. */
export function digestManifest(manifest: Manifest): { readonly bytes: Uint8Array; readonly digest: Digest } {
  const bytes = toManifestBytes(manifest);
  return { bytes, digest: { hash: sha256(bytes), size: bytes.length } };
}

/**
 * The tar stream of a stored result (see `listMembers`), cut into chunks and packed. Chunks go to `sink` in order; memory
 * holds one or two of them, whatever the size of the result. A blob that turns out damaged ends the stream.
 */
export async function packStream<F>(
  request: PackStreamRequest,
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

async function writeStream(
  { manifest, blobs: stored }: PackStreamRequest,
  chunker: Chunker,
): Promise<StoreFailure | undefined> {
  const own = digestManifest(manifest);
  const blobs = openEntryBlobs(stored, manifest);
  const pacer = createPacer();
  let inHead = true;
  for (const { header, content, isHead } of listMembers(manifest, own.digest)) {
    // The head is what a lookup wants; it must not share a chunk with outputs.
    if (inHead && !isHead) await chunker.cut();
    inHead = isHead;
    await chunker.push(header);
    if (content === undefined) continue;
    const isLarge = content.size >= LARGE_CONTENT;
    if (isLarge) await chunker.cut();
    const failure =
      content === own.digest ? await chunker.push(own.bytes) : await writeContent(blobs, content, chunker);
    if (failure !== undefined) return failure;
    if (isLarge) await chunker.cut();
    await chunker.push(Buffer.alloc(paddingAfter(content.size)));
    await pacer.turn();
  }
  await chunker.push(Buffer.alloc(TAR_END_BYTES));
  await chunker.cut();
  return undefined;
}

async function writeContent(blobs: EntryBlobs, content: Digest, chunker: Chunker): Promise<StoreFailure | undefined> {
  if (content.size <= SMALL_CONTENT) {
    const bytes = await blobs.readBytes(content);
    if (!bytes.ok) return bytes.failure;
    await chunker.push(bytes.value);
    return undefined;
  }
  const read = await blobs.read(content, (bytes) => chunker.push(bytes));
  return read.ok ? undefined : read.failure;
}
