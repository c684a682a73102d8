import { join } from 'node:path';
import type { GitLocation } from '@tr/model';
import { askGit } from './git.js';
import { readTextIfFile } from './read-text.js';

const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** What HEAD says where refs are kept in another format than files (reftable): then git is asked. */
const ELSEWHERE = 'ref: refs/heads/.invalid';

/** Name of the checked out branch, without `refs/heads/`; undefined on a detached HEAD. */
export function currentBranch(git: GitLocation): string | undefined {
  const head = readHead(git);
  const target = head === ELSEWHERE ? askText(git, ['symbolic-ref', '--quiet', 'HEAD']) : readSymbolic(head);
  return target?.startsWith('refs/heads/') ? target.slice('refs/heads/'.length) : undefined;
}

/** Commit that HEAD points to, read from HEAD, loose refs and packed-refs. Undefined before the first commit. */
export function headSha(git: GitLocation): string | undefined {
  const head = readHead(git);
  return head === ELSEWHERE ? askText(git, ['rev-parse', '--quiet', '--verify', 'HEAD']) : resolveRefText(git, head, 0);
}

function askText(git: GitLocation, args: readonly string[]): string | undefined {
  const { exitCode, stdout } = askGit(git, args);
  return exitCode === 0 ? Buffer.from(stdout).toString('utf8').trim() : undefined;
}

function readHead(git: GitLocation): string | undefined {
  return readTextIfFile(join(git.gitDir, 'HEAD'))?.trim();
}

function readSymbolic(text: string | undefined): string | undefined {
  return text?.startsWith('ref:') ? text.slice('ref:'.length).trim() : undefined;
}

/** git follows at most five symbolic refs. */
function resolveRefText(git: GitLocation, text: string | undefined, depth: number): string | undefined {
  if (text === undefined || depth > 5) return undefined;
  if (OBJECT_ID.test(text)) return text;
  const name = readSymbolic(text);
  if (name === undefined || !/^refs\/[^\0]+$/.test(name) || name.split('/').includes('..')) return undefined;
  return resolveRefText(git, readLooseRef(git, name) ?? readPackedRef(git, name), depth + 1);
}

function readLooseRef(git: GitLocation, name: string): string | undefined {
  const own = readTextIfFile(join(git.gitDir, name)) ?? readTextIfFile(join(git.commonDir, name));
  return own?.trim();
}

function readPackedRef(git: GitLocation, name: string): string | undefined {
  const packed = readTextIfFile(join(git.commonDir, 'packed-refs'));
  const line = packed?.split('\n').find((candidate) => candidate.endsWith(` ${name}`));
  return line?.slice(0, line.indexOf(' '));
}
