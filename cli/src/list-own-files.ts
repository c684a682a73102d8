import { nodeDisk, readOwnEntries } from '@tr/store';

/** Names of the files in a directory that we remove files from; empty when it cannot be read, or a link is in its place. */
export function listOwnFiles(directory: string): readonly string[] {
  try {
    return readOwnEntries(nodeDisk, directory).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  } catch {
    return [];
  }
}
