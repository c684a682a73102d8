import { isSpecialFile } from '@tr/quick';
import { fail, ok, type FingerprintFailure, type RelativePath, type Result, type TaskNode } from '@tr/model';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { joinPath } from '../files/work-tree.js';
import { readTextIfThere } from '../files/read-text.js';

/** Variables of a task's env files, later files over earlier ones. `absolute`: native path of its package. */
export function readEnvFiles(
  { directory, definition }: TaskNode,
  absolute: (directory: RelativePath) => string,
): Result<Readonly<Record<string, string>>, FingerprintFailure> {
  const variables: Record<string, string> = {};
  for (const path of definition.envFiles) {
    const file = join(absolute(directory), path);
    const text = readTextIfThere(file);
    if (text !== undefined) Object.assign(variables, parseEnv(text));
    // A named pipe has something else for everybody who reads it: no key can stand for that.
    else if (isSpecialFile(file))
      return fail({ code: 'fingerprint/unreadable-input', path: joinPath(directory, path), detail: 'not a file' });
  }
  return ok(variables);
}
