import { statSync, type Stats } from 'node:fs';
import { errorCode } from '@tr/model';

/**
 * Run by root, a command goes on as the owner of what it works on: files that root leaves there (a rewritten `tokens.json`, folders
 * of `doctor`) could not be read or written by the server, which runs as somebody else. Nothing changes for other users, or when
 * `path` is not there.
 */
export function actAsOwner(path: string): void {
  if (process.getuid?.() !== 0) return;
  const stats = statOf(path);
  if (stats === undefined || stats.uid === 0) return;
  process.setgroups?.([stats.gid]);
  process.setegid?.(stats.gid);
  process.seteuid?.(stats.uid);
}

/** Undefined for a path that cannot be: who works on it says so in better words. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
