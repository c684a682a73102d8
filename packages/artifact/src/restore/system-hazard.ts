import type { ManifestEntry } from '@tr/model';

/** What no name on Windows has. A colon would name a stream of another file. */
const NO_NAME = /[<>:"|?*]/;

/**
 * Why an entry that is safe everywhere cannot be put in place on this system, in a few words; undefined when it can. Windows needs to
 * know of a link whether it leads to a directory, which no entry says and may not be there yet: a link of the wrong kind leads nowhere.
 */
export function findSystemHazard(
  { type, path }: Pick<ManifestEntry, 'type' | 'path'>,
  platform: NodeJS.Platform,
): string | undefined {
  if (platform !== 'win32') return undefined;
  if (type === 'symlink') return 'a link, which is not put back on Windows';
  return NO_NAME.test(path) ? 'a name that Windows does not have' : undefined;
}
