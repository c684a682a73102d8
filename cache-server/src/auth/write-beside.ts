import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { errorCode } from '@tr/model';
import { Problem } from '../http/problem.js';

/** Owner only. */
const MODE = 0o600;

/**
 * Writes a file that is to take its place at `path` by a rename or a link, so that whoever reads that finds all of it or none; its
 * name. On trouble nothing is left. Throws `store-trouble` with the place and the operating system's word.
 */
export function writeBeside(path: string, text: string): string {
  const temp = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(temp, text, { mode: MODE, flag: 'wx' });
    return temp;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    rmSync(temp, { force: true });
    throw new Problem('store-trouble', `${path}: ${code}`);
  }
}
