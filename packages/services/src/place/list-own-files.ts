import { lstatSync, readdirSync } from 'node:fs';
import { errorCode } from '@tr/model';

/**
 * Names that match, sorted, of the files in a folder of ours; none where it is not there. Links count as nothing, in it and in its
 * place: whoever makes a repository can commit them, and what they lead to is not ours.
 */
export function listOwnFiles(folder: string, name: RegExp): readonly string[] {
  try {
    if (!lstatSync(folder).isDirectory()) return [];
    const files = readdirSync(folder, { withFileTypes: true }).filter(
      (entry) => entry.isFile() && name.test(entry.name),
    );
    return files.map((entry) => entry.name).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
