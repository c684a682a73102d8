import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '@tr/model';
import { nodeDisk } from '@tr/store';
import { writeBeside } from '../auth/write-beside.js';
import { UsageError } from './usage-error.js';

const KEY_BYTES = 32;

/** The key of signed URLs, made the first time; owner only. Several servers on one directory share it: the first one's counts. */
export function loadSigningKey(path: string): Uint8Array {
  nodeDisk.makeDirectory(dirname(path));
  if (nodeDisk.lstat(path) === undefined) placeKey(path);
  return readSigningKey(path);
}

function placeKey(path: string): void {
  const temp = writeBeside(path, newSigningKey().toString('hex'));
  try {
    linkSync(temp, path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    // Another server was faster, or this file system has no hard links.
    if (nodeDisk.lstat(path) === undefined) renameSync(temp, path);
  }
  rmSync(temp, { force: true });
}

/** The key in a file that somebody else made. */
export function readSigningKey(path: string): Uint8Array {
  try {
    return parseSigningKey(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new UsageError(`The signing key cannot be read: ${path} (${errorCode(error)}).`);
  }
}

/** A key as hex; `where` it is from. Nothing of it is ever in a message. */
export function parseSigningKey(text: string, where: string): Uint8Array {
  const digits = text.trim();
  if (/^([0-9a-f]{2}){32,}$/i.test(digits)) return Buffer.from(digits, 'hex');
  throw new UsageError(
    `${where} must be at least ${2 * KEY_BYTES} hex digits, as \`openssl rand -hex ${KEY_BYTES}\` makes them.`,
  );
}

/** A key that only this process knows. */
export function newSigningKey(): Buffer {
  return randomBytes(KEY_BYTES);
}
