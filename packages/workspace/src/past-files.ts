import type { RelativePath } from '@tr/model';
import { toScope } from './git-scope.js';
import { askGit, type GitWorkspace } from './git.js';

/** Files below one directory as a commit had them: path from the workspace root -> git blob id. */
export type PastFiles = ReadonlyMap<RelativePath, string>;

/** Between the commits of a log; no path begins with it where a line of changes is expected. */
const COMMIT = '\u0001';
/** `:<old mode> <new mode> <old id> <new id> <kind>`; the path is the next field. */
const CHANGE = /^\s*:(\d+) \d+ ([0-9a-f]+) [0-9a-f]+ [A-Z]/;
const TREE_LINE = /^\d+ blob ([0-9a-f]+)\t([^]*)$/;

/**
 * What `directory` had in HEAD and before each of the last commits that changed it, newest first, at most `limit`
 * states; empty when git cannot tell. Follows first parents, as the branch that is built does. Two git processes.
 */
export function listPastFiles(
  { root, git }: GitWorkspace,
  directory: RelativePath,
  limit: number,
): readonly PastFiles[] {
  const { prefix } = toScope({ root, git });
  const scope = `${prefix}${directory}` === '' ? [] : ['--', `${prefix}${directory}`];
  const ask = (args: readonly string[]): readonly string[] | undefined => {
    const answer = askGit(git, [...args, ...scope]);
    return answer.exitCode === 0 ? Buffer.from(answer.stdout).toString('utf8').split('\0') : undefined;
  };
  const tree = ask(['ls-tree', '-r', '-z', '--full-tree', 'HEAD']);
  const history = ['--first-parent', '-m', '--raw', '-z', '--no-renames', '--no-abbrev', `--max-count=${limit}`];
  const log = ask(['log', ...history, '--format=%x01', 'HEAD']);
  if (tree === undefined || log === undefined) return [];
  const states = walkBack(parseTree(tree), parseLog(log)).slice(0, limit);
  return states.map((state) => new Map([...state].map(([path, id]) => [path.slice(prefix.length), id])));
}

interface Change {
  readonly path: string;
  /** Undefined = the commit added it. */
  readonly before: string | undefined;
}

function parseTree(fields: readonly string[]): PastFiles {
  return new Map(
    fields.flatMap((field) => {
      const [, id, path] = TREE_LINE.exec(field) ?? [];
      return id === undefined || path === undefined ? [] : [[path, id] as const];
    }),
  );
}

function parseLog(fields: readonly string[]): readonly (readonly Change[])[] {
  const commits: Change[][] = [];
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] ?? '';
    const [, mode, id] = CHANGE.exec(field) ?? [];
    const path = fields[at + 1];
    if (field.startsWith(COMMIT)) commits.push([]);
    if (mode === undefined || path === undefined) continue;
    // Mode 0: there was no such file; 160000: a commit of another repository.
    const before = /^(?:0+|160000)$/.test(mode) ? undefined : id;
    commits.at(-1)?.push({ path, before });
    at += 1;
  }
  return commits;
}

function walkBack(head: PastFiles, commits: readonly (readonly Change[])[]): readonly PastFiles[] {
  const states: PastFiles[] = [head];
  const now = new Map(head);
  for (const changes of commits) {
    for (const { path, before } of changes) {
      if (before === undefined) now.delete(path);
      else now.set(path, before);
    }
    states.push(new Map(now));
  }
  return states;
}
