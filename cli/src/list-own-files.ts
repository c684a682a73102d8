import { lstatSync, readdirSync } from 'node:fs';

/**
 * Names of the files in a directory that we remove files from; empty when it cannot be read. Links count as nothing, in it
 * and in its place: whoever makes a repository can commit them, and what they lead to is not ours.
 */
export function listOwnFiles(directory: string): readonly string[] {
  try {
    if (!lstatSync(directory).isDirectory()) return [];
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch {
    return [];
  }
}
