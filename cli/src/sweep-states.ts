import { lstatSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSnapshotPath, ROOT_PACKAGE, snapshotPath, toTaskId, type RelativePath } from '@tr/model';
import { listOwnFiles } from './list-own-files.js';
import type { Project } from './project.js';

/** A state that was put there more recently may be of a run that began with another configuration. */
const GRACE_MS = 60 * 60 * 1000;

/**
 * Removes the states on disk of tasks that are no more, renamed ones included; what is stored of them stays in the cache
 * as long as everything else. `now` in milliseconds since the epoch.
 */
export function sweepStates({ workspace, definitions }: Pick<Project, 'workspace' | 'definitions'>, now: number): void {
  const folder = dirname(snapshotPath(toTaskId(ROOT_PACKAGE, '')));
  const found = listOwnFiles(join(workspace.root, folder)).map((name) => `${folder}/${name}`);
  const states = found.filter(isSnapshotPath);
  if (states.length === 0) return;
  const known = new Set<RelativePath>();
  for (const name of workspace.packages.keys()) {
    for (const task of definitions.taskNames()) {
      if (definitions.find(name, task)?.snapshot !== undefined) known.add(snapshotPath(toTaskId(name, task)));
    }
  }
  for (const state of states) {
    const path = join(workspace.root, state);
    if (!known.has(state) && isOld(path, now)) rmSync(path, { force: true });
  }
}

/** By the time that no program can set: that of the content comes from the cache. */
function isOld(path: string, now: number): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && now - stat.ctimeMs > GRACE_MS;
}
