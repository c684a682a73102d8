import { relative } from 'node:path';
import { ok, type FingerprintFailure, type GitLocation, type RelativePath, type Result } from '@tr/model';
import { directoryOf, joinPath } from '../files/work-tree.js';
import type { GitConfig } from './git-config.js';
import type { GitIndex } from './git-index.js';
import { UNTRUSTED } from './entry-directories.js';

/** A submodule that is checked out, or another repository in the workspace: what its own repository tracks and ignores counts in it, not what the outer one does. */
export interface Submodule {
  /** Absolute native path. */
  readonly commonDir: string;
  readonly config: () => GitConfig;
  /** Undefined when nothing is tracked in it. Its paths are relative to the submodule. */
  readonly index: GitIndex | undefined;
}

/** Submodules by directory, workspace-relative; those in submodules as well. */
export type Submodules = ReadonlyMap<RelativePath, Submodule>;

/**
 * The index of a workspace together with those of its submodules. No stat vouches for a file of a submodule: the rules by which git
 * converts files there are the submodule's, and here everything is hashed by the workspace's.
 */
export function withSubmodules(outer: GitIndex, submodules: Submodules): GitIndex {
  if (submodules.size === 0) return outer;
  const find = (directory: RelativePath): { readonly index: GitIndex | undefined; readonly inner: RelativePath } => {
    for (let at = directory; ; at = directoryOf(at)) {
      const submodule = submodules.get(at);
      if (submodule !== undefined) return { index: submodule.index, inner: directory.slice(at.length + 1) };
      if (at === '') return { index: outer, inner: directory };
    }
  };
  return {
    submodules: outer.submodules,
    leftOutRules: outer.leftOutRules,
    time: outer.time,
    hasDirectory: (directory) => {
      const { index, inner } = find(directory);
      return index?.hasDirectory(inner) === true;
    },
    namesIn: (directory) => {
      const { index, inner } = find(directory);
      const names = index?.namesIn(inner);
      return index === outer || names === undefined
        ? names
        : new Map([...names.keys()].map((name) => [name, UNTRUSTED]));
    },
    cleanId: (entry, stat) => outer.cleanId(entry, stat),
  };
}

/** What {@link readSubmodules} is given. */
export interface SubmoduleReading {
  /** Where there may be some. */
  readonly directories: readonly RelativePath[];
  /** Absolute native path of a directory of the workspace. */
  readonly absolute: (directory: RelativePath) => string;
  /** The repository that a directory lies in. */
  readonly locateGit: (directory: string) => GitLocation | undefined;
  /** Reads the index of a repository. */
  readonly readIndex: (git: GitLocation) => Promise<Result<GitIndex | undefined, FingerprintFailure>>;
  /** Reads the configuration of a repository. */
  readonly readConfig: (git: GitLocation) => GitConfig;
}

/** The submodules that are checked out, and those in them. */
export async function readSubmodules(reading: SubmoduleReading): Promise<Result<Submodules, FingerprintFailure>> {
  const found = new Map<RelativePath, Submodule>();
  const waiting = [...reading.directories];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    const absolute = reading.absolute(directory);
    const git = reading.locateGit(absolute);
    // Without a repository of its own it is an empty directory.
    if (git === undefined || relative(git.workTree, absolute) !== '') continue;
    const index = await reading.readIndex(git);
    if (!index.ok) return index;
    let known: GitConfig | undefined;
    const config = (): GitConfig => (known ??= reading.readConfig(git));
    found.set(directory, { commonDir: git.commonDir, config, index: index.value });
    for (const inner of index.value?.submodules ?? []) waiting.push(joinPath(directory, inner));
  }
  return ok(found);
}
