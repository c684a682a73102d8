import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { createRunningDigest } from '@tr/hash';
import { compareStrings, joinPath } from '@tr/model';
import type { CapturedState } from '../ports.js';
import { HEADER_NAME, type StateHeader } from './state-header.js';
import { paddingAfter, TAR_BLOCK, toHeader } from './tar-member.js';

const BUFFER_BYTES = 4 * 1024 * 1024;

/** What of a data directory becomes a state. */
export interface PackRequest {
  readonly header: StateHeader;
  readonly directory: string;
  /** False = left out; of a directory: with everything in it. */
  readonly isWanted: (path: string, isDirectory: boolean) => boolean;
  /** The file that is written: beside it first, then renamed. */
  readonly target: string;
}

/** A data directory holds something that is neither file nor directory (a tablespace elsewhere, a socket). */
export class UnpackableError extends Error {}

/**
 * Writes the files of a stopped server as one tar file: sorted, without times and owners, not compressed (whoever stores
 * it cuts it into chunks and packs those).
 */
export async function packState(request: PackRequest): Promise<CapturedState> {
  // Several may be written at once, by this process and by others.
  const temporary = `${request.target}.tmp-${randomBytes(6).toString('hex')}`;
  const writer = new Writer(openSync(temporary, 'wx', 0o600));
  try {
    const header = Buffer.from(`${JSON.stringify(request.header)}\n`);
    writer.header(HEADER_NAME, false, header.length);
    writer.bytes(header);
    writer.pad(header.length);
    await packDirectory(request, '', writer);
    writer.zeros(2 * TAR_BLOCK);
    writer.flush();
    const packed = writer.finish();
    renameSync(temporary, request.target);
    return packed;
  } catch (error) {
    writer.close();
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function packDirectory(request: PackRequest, parent: string, writer: Writer): Promise<void> {
  const entries = readdirSync(join(request.directory, parent), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => compareStrings(a.name, b.name))) {
    const path = joinPath(parent, entry.name);
    if (!request.isWanted(path, entry.isDirectory())) continue;
    if (entry.isDirectory()) {
      writer.header(path, true, 0);
      await packDirectory(request, path, writer);
    } else if (entry.isFile()) {
      packFile(join(request.directory, path), path, writer);
      if (writer.hasWritten()) await breathe();
    } else throw new UnpackableError(path);
  }
}

/** The server's account may own the folder: what is a link by now is not followed. */
function packFile(from: string, path: string, writer: Writer): void {
  const file = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = fstatSync(file);
    writer.header(path, false, size);
    writer.content(file, size);
    writer.pad(size);
  } finally {
    closeSync(file);
  }
}

/** Gathers small files to large writes. */
class Writer {
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  readonly #digest = createRunningDigest();
  #used = 0;
  #flushes = 0;
  #isOpen = true;

  constructor(file: number) {
    this.#file = file;
  }

  header(path: string, isDirectory: boolean, size: number): void {
    this.bytes(toHeader({ path, isDirectory, size }));
  }

  bytes(bytes: Buffer): void {
    if (this.#used + bytes.length > BUFFER_BYTES) this.flush();
    this.#used += bytes.copy(this.#buffer, this.#used);
  }

  content(file: number, size: number): void {
    for (let left = size; left > 0;) {
      if (this.#used === BUFFER_BYTES) this.flush();
      const read = readSync(file, this.#buffer, this.#used, Math.min(left, BUFFER_BYTES - this.#used), null);
      if (read === 0) throw new UnpackableError('a file became shorter');
      this.#used += read;
      left -= read;
    }
  }

  pad(size: number): void {
    this.zeros(paddingAfter(size));
  }

  zeros(count: number): void {
    if (this.#used + count > BUFFER_BYTES) this.flush();
    this.#buffer.fill(0, this.#used, this.#used + count);
    this.#used += count;
  }

  flush(): void {
    this.#digest.update(this.#buffer.subarray(0, this.#used));
    for (let at = 0; at < this.#used;) at += writeSync(this.#file, this.#buffer, at, this.#used - at);
    this.#used = 0;
    this.#flushes += 1;
  }

  /** True once after each write to the disk: time to let others work. */
  hasWritten(): boolean {
    const has = this.#flushes > 0;
    this.#flushes = 0;
    return has;
  }

  /** What was written. */
  finish(): CapturedState {
    this.close();
    const { hash, size } = this.#digest.finish();
    return { sha256: hash, size };
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }
}
