import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';

/** The bundle is CommonJS: its files lie in `bundle/` of this package. Compiled for tests alone it is not there. */
declare const __dirname: string | undefined;

const seen = new Map<string, boolean>();

/** Whether a directory (absolute) is the package that this program runs from. */
export function isOwnDirectory(directory: string): boolean {
  if (typeof __dirname !== 'string') return false;
  let isOwn = seen.get(directory);
  if (isOwn === undefined) seen.set(directory, (isOwn = isSame(directory, dirname(__dirname))));
  return isOwn;
}

function isSame(directory: string, own: string): boolean {
  try {
    return realpathSync(directory) === realpathSync(own);
  } catch {
    return false;
  }
}
