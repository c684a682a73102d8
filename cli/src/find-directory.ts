import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorCode, fail, ok, type Result, type UsageFailure } from '@tr/model';

/**
 * The directory to work in, with links followed: what `--cwd` gave, or the one this process is in. Before Node 24 `statSync` throws
 * for a path below a file whatever it is told.
 */
export function findDirectory(given: string | undefined): Result<string, UsageFailure> {
  if (given === '') return fail({ code: 'usage/missing-value', option: '--cwd', expected: 'a directory' });
  let path = given ?? '.';
  try {
    path = resolve(path);
  } catch {
    // Removed since a shell went there.
    return fail({ code: 'usage/no-current-directory', path: undefined });
  }
  try {
    if (statSync(path).isDirectory()) return ok(realpathSync(path));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EACCES' || code === 'EPERM') return fail({ code: 'usage/not-permitted', path, detail: code });
  }
  if (given === undefined) return fail({ code: 'usage/no-current-directory', path });
  return fail({ code: 'usage/not-a-directory', option: '--cwd', path });
}
