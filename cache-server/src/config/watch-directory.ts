import { stat } from 'node:fs/promises';
import { errorCode } from '@tr/model';

/**
 * Whether a directory is the one that it was when this was asked first. One that was unmounted or moved away would be made anew
 * by the next write, on another disk and without what is stored.
 */
export function watchDirectory(directory: string): () => Promise<boolean> {
  let first: string | undefined;
  return async () => {
    const found = await identityOf(directory);
    first ??= found;
    return found === first;
  };
}

/** Undefined when there is none, or none to be seen. */
async function identityOf(directory: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(directory, { bigint: true });
    return `${dev} ${ino}`;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
