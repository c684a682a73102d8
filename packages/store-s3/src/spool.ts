import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunningDigest } from '@tr/hash';
import type { Digest } from '@tr/model';

/** Contents up to this size stay in memory, and are put with one request, bytes. */
const IN_MEMORY = 8 * 1024 * 1024;
/** Size of a part of larger ones, bytes. S3 takes 10,000 parts. */
const PART_BYTES = 16 * 1024 * 1024;

/** A content that was received whole, and its digest. */
export interface Spooled extends AsyncDisposable {
  readonly digest: Digest;
  /** The content; undefined when it is too large for memory. */
  readonly bytes: Uint8Array | undefined;
  /** The content in pieces for a multipart upload. */
  parts(): AsyncIterable<Uint8Array>;
}

/** Receives a stream, since its name is only known at its end: in memory, or in a temporary file when it is large. */
export async function spool(source: AsyncIterable<Uint8Array>): Promise<Spooled> {
  const running = createRunningDigest();
  let pieces: Uint8Array[] = [];
  let size = 0;
  let file: FileHandle | undefined;
  const path = join(tmpdir(), `tr-s3-${randomBytes(9).toString('hex')}`);
  try {
    for await (const piece of source) {
      running.update(piece);
      size += piece.length;
      if (file === undefined && size > IN_MEMORY) {
        file = await open(path, 'wx', 0o600);
        for (const earlier of pieces) await file.writeFile(earlier);
        pieces = [];
      }
      if (file === undefined) pieces.push(Uint8Array.from(piece));
      else await file.writeFile(piece);
    }
  } catch (error) {
    await file?.close();
    if (file !== undefined) await unlink(path);
    throw error;
  }
  await file?.close();
  const isFile = file !== undefined;
  return {
    digest: running.finish(),
    bytes: isFile ? undefined : Buffer.concat(pieces),
    parts: () => createReadStream(path, { highWaterMark: PART_BYTES }),
    [Symbol.asyncDispose]: async () => void (isFile && (await unlink(path))),
  };
}
