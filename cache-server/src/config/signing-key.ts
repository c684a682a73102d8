import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '@tr/store';
import { UsageError } from './usage-error.js';

const KEY_BYTES = 32;

/** The key of signed URLs, made the first time; owner only. Several servers on one directory share it. */
export function loadSigningKey(path: string): Uint8Array {
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(path, newSigningKey().toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  return readSigningKey(path);
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
