import { sha256 } from '@tr/hash';
import type { Digest, Manifest, StoreFailure } from '@tr/model';
import { createPacer, openEntryBlobs, toManifestBytes, type BlobStore, type EntryBlobs } from '@tr/store';
import { listMembers } from './list-members.js';
import { paddingAfter, TAR_END_BYTES, toTarHeader } from './tar-header.js';

/** Contents from this size on begin and end a chunk, so that an unchanged one keeps its chunks whatever is around it. */
export const LARGE_CONTENT = 1024 * 1024;
/** Contents up to this size are read at once. */
const SMALL_CONTENT = 256 * 1024;

/** A result to send. */
export interface StreamRequest {
  readonly manifest: Manifest;
  /** Has every blob of the manifest. */
  readonly blobs: BlobStore;
}

/** Takes a stream. What it returns holds the stream back; what it throws ends it. */
export interface StreamOutput {
  push(bytes: Uint8Array): Promise<void>;
  /** Something begins or ends here. */
  cut(): Promise<void>;
}

/** What the head of a stream is made of: the digest of the manifest's bytes, and them. */
export function digestManifest(manifest: Manifest): { readonly bytes: Uint8Array; readonly digest: Digest } {
  const bytes = toManifestBytes(manifest);
  return { bytes, digest: { hash: sha256(bytes), size: bytes.length } };
}

/** Writes the tar stream of a stored result (see `listMembers`). A blob that turns out damaged ends it. */
export async function writeStream(
  { manifest, blobs: stored }: StreamRequest,
  out: StreamOutput,
): Promise<StoreFailure | undefined> {
  const own = digestManifest(manifest);
  const blobs = openEntryBlobs(stored, manifest);
  const pacer = createPacer();
  let inHead = true;
  for (const { member, content, isHead } of listMembers(manifest, own.digest)) {
    // The head is what a lookup wants; it must not share a chunk with outputs.
    if (inHead && !isHead) await out.cut();
    inHead = isHead;
    await out.push(toTarHeader(member));
    if (content === undefined) continue;
    const isLarge = content.size >= LARGE_CONTENT;
    if (isLarge) await out.cut();
    const failure = content === own.digest ? await out.push(own.bytes) : await writeContent(blobs, content, out);
    if (failure !== undefined) return failure;
    if (isLarge) await out.cut();
    await out.push(Buffer.alloc(paddingAfter(content.size)));
    await pacer.turn();
  }
  await out.push(Buffer.alloc(TAR_END_BYTES));
  await out.cut();
  return undefined;
}

async function writeContent(blobs: EntryBlobs, content: Digest, out: StreamOutput): Promise<StoreFailure | undefined> {
  if (content.size <= SMALL_CONTENT) {
    const bytes = await blobs.readBytes(content);
    if (!bytes.ok) return bytes.failure;
    await out.push(bytes.value);
    return undefined;
  }
  const read = await blobs.read(content, (bytes) => out.push(bytes));
  return read.ok ? undefined : read.failure;
}
