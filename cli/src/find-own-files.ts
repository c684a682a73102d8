import { nodeDisk, scanFiles, type FoundFile } from '@tr/store';

/** The files in a directory that we remove files from; none when it cannot be read, or a link is in its place. */
export function findOwnFiles(directory: string): readonly FoundFile[] {
  try {
    return [...scanFiles(nodeDisk, directory)];
  } catch {
    return [];
  }
}
