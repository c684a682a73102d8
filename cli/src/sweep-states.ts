import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSnapshotPath, ROOT_PACKAGE, snapshotPath, toTaskId, type RelativePath } from '@tr/model';
import { findOwnFiles } from './find-own-files.js';
import type { Project } from './project.js';

/** A state that was put there more recently may be of a run that began with another configuration. */
const GRACE_MS = 60 * 60 * 1000;

/**
 * Removes the states on disk of tasks that are no more, renamed ones included; what is stored of them stays in the cache
 * as long as everything else. `now` in milliseconds since the epoch.
 */
export function sweepStates({ workspace, definitions }: Pick<Project, 'workspace' | 'definitions'>, now: number): void {
  const folder = dirname(snapshotPath(toTaskId(ROOT_PACKAGE, '')));
  const states = findOwnFiles(join(workspace.root, folder)).filter(({ name }) => isSnapshotPath(`${folder}/${name}`));
  if (states.length === 0) return;
  const known = new Set<RelativePath>();
  for (const name of workspace.packages.keys()) {
    for (const task of definitions.taskNames()) {
      if (definitions.find(name, task)?.snapshot !== undefined) known.add(snapshotPath(toTaskId(name, task)));
    }
  }
  for (const { name, path, stats } of states) {
    // By the time that no program can set: that of the content comes from the cache.
    if (!known.has(`${folder}/${name}`) && now - stats.ctimeMs > GRACE_MS) rmSync(path, { force: true });
  }
}
