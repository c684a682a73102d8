import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONFIG_NAMES, fail, ok, type Result, type WorkspaceFailure } from '@tr/model';
import { NotAFileError } from '@tr/quick';
import { readTextIfFile, readTextIfPresent } from './read-text.js';

/**
 * The directory of the nearest root configuration, from `cwd` upwards: absolute, native, links resolved.
 * A configuration with `extends: ["//"]` belongs to a package, so the search goes on above it.
 */
export function findWorkspaceRoot(cwd: string): Result<{ readonly root: string }, WorkspaceFailure> {
  const start = realpathSync(cwd);
  for (const directory of selfAndAncestors(start)) {
    if (hasRootConfig(directory)) return ok({ root: directory });
  }
  return fail({ code: 'workspace/no-config', cwd: start, likelyRoot: findLikelyRoot(start) });
}

/** `path` and every directory above it, nearest first. */
export function* selfAndAncestors(path: string): Generator<string> {
  for (let at = path; ; at = dirname(at)) {
    yield at;
    if (dirname(at) === at) return;
  }
}

function hasRootConfig(directory: string): boolean {
  for (const name of CONFIG_NAMES) {
    const text = readConfig(join(directory, name));
    if (text !== undefined) return !extendsRoot(text);
  }
  return false;
}

/** What is there but is no file is told where it is read to be used. */
function readConfig(path: string): string | undefined {
  try {
    return readTextIfPresent(path);
  } catch (error) {
    if (error instanceof NotAFileError) return '';
    throw error;
  }
}

/** A text, which stays, or a comment. */
const TEXT_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\/.*|\/\*[^]*?(?:\*\/|$)/g;

/**
 * Reads `extends` without parsing the file: this runs before every command, and the shape is fixed. Comments do not count, wherever
 * they stand: an example in one would make a root that is a package.
 */
function extendsRoot(text: string): boolean {
  if (!text.includes('"extends"')) return false;
  const code = text.replace(TEXT_OR_COMMENT, (found) => (found.startsWith('"') ? found : ''));
  return /"extends"\s*:\s*\[[^\]]*"\/\/"/.test(code);
}

/** Where a configuration would belong: the nearest directory that declares workspaces, else the nearest package. */
function findLikelyRoot(start: string): string | undefined {
  let nearestPackage: string | undefined;
  for (const directory of selfAndAncestors(start)) {
    if (existsSync(join(directory, 'pnpm-workspace.yaml'))) return directory;
    const manifest = readTextIfFile(join(directory, 'package.json'));
    if (manifest?.includes('"workspaces"')) return directory;
    if (manifest !== undefined) nearestPackage ??= directory;
  }
  return nearestPackage;
}
