import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunningDigest } from '@tr/hash';
import type { Digest, StoreFailure } from '@tr/model';
import { attempt, attemptAsync, type StoreResult } from '@tr/store';

/** Contents up to this size stay in memory, bytes: many of them come in at once. */
const IN_MEMORY = 1024 * 1024;
/** Contents up to this size are put with one request, larger ones in parts of it, bytes. S3 takes 10,000 parts. */
const PART_BYTES = 8 * 1024 * 1024;

/** A content that was received whole, and its digest. */
export interface Spooled extends AsyncDisposable {
  readonly digest: Digest;
  /** The content, when it is in memory. */
  readonly bytes: Uint8Array | undefined;
  /** The content in parts, of which there is one when one request takes it. A part is gone when the next one is asked for. */
  parts(): AsyncIterable<Uint8Array>;
  readonly isOnePart: boolean;
}

/** The temporary directory cannot be used. Thrown, since the errors of the source pass through the same loop. */
export class TemporaryFileError extends Error {
  override readonly name = 'TemporaryFileError';
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure) {
    super(failure.code);
    this.failure = failure;
  }
}

/**
 * Receives a stream, since its name is only known at its end: in memory, or in a temporary file when it is large.
 * Throws {@link TemporaryFileError}, and whatever the source throws.
 */
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
        file = orThrow(await attemptAsync(path, () => openNameless(path)));
        for (const earlier of pieces) writeWhole(file, path, earlier);
        pieces = [];
      }
      if (file === undefined) pieces.push(Uint8Array.from(piece));
      else writeWhole(file, path, piece);
    }
  } catch (error) {
    await file?.close();
    throw error;
  }
  const received = file;
  return {
    digest: running.finish(),
    isOnePart: size <= PART_BYTES,
    bytes: received === undefined ? Buffer.concat(pieces) : undefined,
    parts: () => readParts(received),
    [Symbol.asyncDispose]: async () => await received?.close(),
  };
}

/** A new file that is gone when it is closed, also when this process is killed. */
async function openNameless(path: string): Promise<FileHandle> {
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Not left to a thread: received pieces would pile up faster than the garbage collector sees them go. */
function writeWhole(file: FileHandle, path: string, bytes: Uint8Array): void {
  const write = (): void => {
    for (let at = 0; at < bytes.length;) at += writeSync(file.fd, bytes, at);
  };
  orThrow(attempt(path, write));
}

function orThrow<T>(result: StoreResult<T>): T {
  if (!result.ok) throw new TemporaryFileError(result.failure);
  return result.value;
}

/** One buffer for all parts: as many as there are would wait for the garbage collector. */
async function* readParts(file: FileHandle | undefined): AsyncIterable<Uint8Array> {
  if (file === undefined) return;
  const buffer = Buffer.allocUnsafeSlow(PART_BYTES);
  for (let start = 0; ; start += PART_BYTES) {
    let size = 0;
    while (size < PART_BYTES) {
      const { bytesRead } = await file.read(buffer, size, PART_BYTES - size, start + size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
    if (size > 0) yield buffer.subarray(0, size);
    if (size < PART_BYTES) return;
  }
}
