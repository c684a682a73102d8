import { closeSync, fchownSync, chownSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { createRunningDigest } from '@tr/hash';
import { errorCode, type Sha256 } from '@tr/model';
import type { Account } from '../process.js';
import { findMismatch, HEADER_NAME, type StateHeader } from './state-header.js';
import { paddingAfter, readHeader, readPax, TAR_BLOCK, type StateMember } from './tar-member.js';

const BUFFER_BYTES = 4 * 1024 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_MEMBERS = 1_000_000;
const MAX_PATH = 1024;

/** A state and where it goes. */
export interface UnpackRequest {
  readonly path: string;
  /** Undefined = not checked: a file that only this machine's user could have written. */
  readonly sha256: Sha256 | undefined;
  readonly expected: StateHeader;
  /** Made by us; must not exist. Its parent must be nobody's but ours. */
  readonly directory: string;
  /** Who gets the files. */
  readonly account: Account | undefined;
  /** Whether a state of this engine may have a file or folder of this path. */
  readonly isStored: (path: string, isDirectory: boolean) => boolean;
}

/** The state is damaged or does not fit; `message` says how. What was unpacked so far is to be removed. */
export class StateError extends Error {}

/**
 * Unpacks a state as something hostile: only plain files and directories below `directory`, each created anew, and the
 * bytes' SHA-256 checked. Nothing of it may be used before this has resolved. Returns the header.
 */
export async function unpackState(request: UnpackRequest): Promise<unknown> {
  const file = openState(request.path);
  try {
    mkdirSync(request.directory, { mode: 0o700 });
    const unpacker = new Unpacker(request);
    const digest = createRunningDigest();
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    for (;;) {
      const read = readSync(file, buffer, 0, BUFFER_BYTES, null);
      if (read === 0) break;
      const bytes = buffer.subarray(0, read);
      if (request.sha256 !== undefined) digest.update(bytes);
      unpacker.feed(bytes);
      await breathe();
    }
    const header = unpacker.finish();
    if (request.sha256 !== undefined && digest.finish().hash !== request.sha256) throw new StateError('it is damaged');
    // Last: up to here nobody but us could enter.
    giveTo(request.directory, request.account);
    return header;
  } finally {
    closeSync(file);
  }
}

/** Somebody may have removed it since it was found. */
function openState(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new StateError('it is gone');
    throw error;
  }
}

/** Takes the archive in pieces of any size. */
class Unpacker {
  readonly #request: UnpackRequest;
  /** Bytes of a header block, pax body or state header that are not complete yet. */
  #pending = Buffer.alloc(0);
  #expects: 'header' | 'pax' | 'first' | 'content' | 'padding' | 'nothing' = 'header';
  #left = 0;
  #padding = 0;
  #file: number | undefined;
  #pax: { readonly path?: string; readonly size?: number } = {};
  #header: unknown;
  #members = 0;
  #ends = 0;

  constructor(request: UnpackRequest) {
    this.#request = request;
  }

  feed(bytes: Buffer): void {
    try {
      for (let at = 0; at < bytes.length;) at += this.#step(bytes.subarray(at));
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  finish(): unknown {
    this.#close();
    if (this.#ends < 2 || this.#header === undefined) throw new StateError('it ends too early');
    return this.#header;
  }

  /** Uses some of the bytes; returns how many. */
  #step(bytes: Buffer): number {
    switch (this.#expects) {
      case 'header':
        return this.#gather(bytes, TAR_BLOCK, (block) => this.#onHeader(block));
      case 'pax':
        return this.#gather(bytes, this.#left, (body) => this.#onPax(body));
      case 'first':
        return this.#gather(bytes, this.#left, (body) => this.#onFirst(body));
      case 'content':
        return this.#onContent(bytes);
      case 'padding': {
        const used = Math.min(this.#padding, bytes.length);
        this.#padding -= used;
        if (this.#padding === 0) this.#expects = 'header';
        return used;
      }
      case 'nothing':
        throw new StateError('something follows its end');
    }
  }

  #gather(bytes: Buffer, wanted: number, use: (whole: Buffer) => void): number {
    if (this.#pending.length === 0 && bytes.length >= wanted) {
      use(bytes.subarray(0, wanted));
      return wanted;
    }
    const used = Math.min(wanted - this.#pending.length, bytes.length);
    this.#pending = Buffer.concat([this.#pending, bytes.subarray(0, used)]);
    if (this.#pending.length === wanted) {
      const whole = this.#pending;
      this.#pending = Buffer.alloc(0);
      use(whole);
    }
    return used;
  }

  #onHeader(block: Buffer): void {
    const header = readHeader(block);
    if (header === 'bad') throw new StateError('it holds something that no state has');
    if (header === 'end') {
      this.#ends += 1;
      if (this.#ends === 2) this.#expects = 'nothing';
      return;
    }
    if (this.#ends > 0) throw new StateError('something follows its end');
    if ('pax' in header) {
      if (header.pax === 0 || header.pax > MAX_HEADER_BYTES) throw new StateError('a header of it is too long');
      this.#expect('pax', header.pax);
      return;
    }
    const member = { ...header, ...this.#pax };
    this.#pax = {};
    this.#onMember(member);
  }

  #onPax(body: Buffer): void {
    const values = readPax(body);
    if (values === undefined) throw new StateError('it holds something that no state has');
    this.#pax = values.path?.endsWith('/') === true ? { ...values, path: values.path.slice(0, -1) } : values;
    this.#skipPadding();
  }

  #onMember(member: StateMember): void {
    this.#members += 1;
    if (this.#members > MAX_MEMBERS) throw new StateError('it has too many files');
    if (this.#header === undefined) {
      if (member.path !== HEADER_NAME || member.isDirectory) throw new StateError('it has no header');
      if (member.size === 0 || member.size > MAX_HEADER_BYTES) throw new StateError('its header is too long');
      this.#expect('first', member.size);
      return;
    }
    if (!isPlainPath(member.path)) throw new StateError('it holds a path that leads elsewhere');
    if (!this.#request.isStored(member.path, member.isDirectory)) throw new StateError(`it holds ${member.path}`);
    const path = join(this.#request.directory, member.path);
    if (member.isDirectory) this.#create(() => mkdirSync(path, { mode: 0o700 }), path);
    else this.#createFile(path, member.size);
  }

  #onFirst(body: Buffer): void {
    this.#header = parseJson(body);
    const mismatch = findMismatch(this.#header, this.#request.expected);
    if (mismatch !== undefined) throw new StateError(mismatch);
    this.#skipPadding();
  }

  #onContent(bytes: Buffer): number {
    const used = Math.min(this.#left, bytes.length);
    for (let at = 0; at < used && this.#file !== undefined;) at += writeSync(this.#file, bytes, at, used - at);
    this.#left -= used;
    if (this.#left === 0) {
      this.#close();
      this.#skipPadding();
    }
    return used;
  }

  #createFile(path: string, size: number): void {
    const { account } = this.#request;
    this.#create(() => {
      this.#file = openSync(path, 'wx', 0o600);
      if (account !== undefined) fchownSync(this.#file, account.uid, account.gid);
    });
    this.#expect('content', size);
    if (size === 0) {
      this.#close();
      this.#expects = 'header';
    }
  }

  #create(make: () => void, directory?: string): void {
    try {
      make();
      if (directory !== undefined) giveTo(directory, this.#request.account);
    } catch (error) {
      const code = errorCode(error);
      // Twice the same path, a file where a folder has to be, a folder that does not come before its files.
      if (code === 'EEXIST' || code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') {
        throw new StateError('its paths contradict each other');
      }
      throw error;
    }
  }

  #expect(what: 'pax' | 'first' | 'content', size: number): void {
    this.#expects = what;
    this.#left = size;
    this.#padding = paddingAfter(size);
  }

  #skipPadding(): void {
    this.#expects = this.#padding > 0 ? 'padding' : 'header';
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

function giveTo(path: string, account: Account | undefined): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new StateError('it has no header');
  }
}

/** Relative, no `.` or `..`, nothing that another system could read as a separator. */
function isPlainPath(path: string): boolean {
  if (path === '' || Buffer.byteLength(path) > MAX_PATH || /[\\\0]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
